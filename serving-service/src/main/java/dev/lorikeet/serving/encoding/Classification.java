package dev.lorikeet.serving.encoding;

import java.util.ArrayList;
import java.util.List;

/**
 * What a classifier says of a text.
 *
 * @param scores one a label, in the classifier's order, at least one
 */
public record Classification(List<Score> scores) {
    public Classification {
        scores = List.copyOf(scores);
        if (scores.isEmpty()) {
            throw new IllegalArgumentException("a classification without labels");
        }
    }

    /**
     * How well a label fits.
     *
     * @param probability from 0 to 1
     * @param logit what the classifier gave
     */
    public record Score(String label, double probability, float logit) {}

    /**
     * Turns logits into probabilities: their softmax, {@code exp(l - max) / sum}; a classifier with a single label says how
     * far it holds, the logit's sigmoid, as transformers' text classification pipeline does.
     *
     * @param labels names, one a logit
     * @param logits finite
     */
    public static Classification of(List<String> labels, float[] logits) {
        if (labels.size() != logits.length) {
            throw new IllegalArgumentException(labels.size() + " labels for " + logits.length + " logits");
        }
        double[] weights = new double[logits.length];
        double sum;
        if (logits.length == 1) {
            weights[0] = 1;
            sum = 1 + Math.exp(-logits[0]);
        } else {
            double largest = Double.NEGATIVE_INFINITY;
            for (float logit : logits) {
                largest = Math.max(largest, logit);
            }
            sum = 0;
            for (int i = 0; i < logits.length; i++) {
                weights[i] = Math.exp(logits[i] - largest);
                sum += weights[i];
            }
        }
        List<Score> scores = new ArrayList<>(logits.length);
        for (int i = 0; i < logits.length; i++) {
            scores.add(new Score(labels.get(i), weights[i] / sum, logits[i]));
        }
        return new Classification(scores);
    }

    /** The label that fits best; of equals the first. */
    public Score best() {
        Score best = scores.getFirst();
        for (Score score : scores) {
            if (score.logit() > best.logit()) {
                best = score;
            }
        }
        return best;
    }
}
