package dev.lorikeet.engine.train;

import dev.lorikeet.engine.data.EncodedExample;
import dev.lorikeet.engine.model.ModelConfig;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A run's examples, checked.
 *
 * @param examples those with a labelled token
 * @param unlabelled how many had none
 * @param digest of all
 */
record TrainingData(List<EncodedExample> examples, int unlabelled, String digest) {
    static TrainingData of(List<EncodedExample> all, ModelConfig model, TrainedMethod method) {
        List<EncodedExample> labelled = new ArrayList<>();
        for (int i = 0; i < all.size(); i++) {
            EncodedExample example = all.get(i);
            requireFits(example, i, model, method.positionsBefore());
            requirePicture(example, i, method.pictures() != null);
            if (MicroBatch.labelledTokens(example) > 0) {
                labelled.add(example);
            }
        }
        if (labelled.isEmpty()) {
            throw new IllegalArgumentException("none of the " + all.size() + " examples has a labelled token");
        }
        return new TrainingData(List.copyOf(labelled), all.size() - labelled.size(), Digests.ofExamples(all));
    }

    private static void requirePicture(EncodedExample example, int number, boolean wanted) {
        if (wanted && example.image() == null) {
            throw new IllegalArgumentException(
                    "example " + number + " has no image, and the method learns from examples with one");
        }
        if (!wanted && example.image() != null) {
            throw new IllegalArgumentException(
                    "example " + number + " has an image, and the method learns from texts alone");
        }
    }

    private static void requireFits(EncodedExample example, int number, ModelConfig model, int before) {
        if (example.tokens().length > model.contextLength() - before) {
            throw new IllegalArgumentException("example " + number + " has " + example.tokens().length + " tokens"
                    + (before == 0 ? "" : " behind " + before + " virtual ones")
                    + ", more than the model's context of " + model.contextLength());
        }
        for (int token : example.tokens()) {
            if (token < 0 || token >= model.vocabularySize()) {
                throw new IllegalArgumentException("example " + number + " has token " + token
                        + ", outside the vocabulary of " + model.vocabularySize());
            }
        }
    }

    List<EncodedExample> at(int[] indices) {
        return Arrays.stream(indices).mapToObj(examples::get).toList();
    }
}
