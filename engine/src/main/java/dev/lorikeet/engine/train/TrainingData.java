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
            requireClass(example, i, model, method.classes());
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

    /** @param classes that are told apart; 0 where tokens are predicted */
    private static void requireClass(EncodedExample example, int number, ModelConfig model, int classes) {
        EncodedExample.Classified own = example.classified();
        if ((own != null) != (classes > 0)) {
            throw new IllegalArgumentException("example " + number
                    + (own == null
                            ? " has no class, and a classifier learns from texts with one"
                            : " has a class, and the method predicts tokens"));
        }
        if (own != null && (own.number() < 0 || own.number() >= classes)) {
            throw new IllegalArgumentException("example " + number + " has class " + own.number() + " of " + classes);
        }
        for (int i = 0; own != null && i < own.kinds().length; i++) {
            int kind = own.kinds()[i];
            if (kind < 0 || kind >= Math.max(1, model.tokenTypes())) {
                throw new IllegalArgumentException(
                        "example " + number + " has token kind " + kind + " of " + model.tokenTypes());
            }
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
