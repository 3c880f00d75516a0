package dev.lorikeet.cli.experiment.data;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * BLEU (Papineni et al. 2002) of a corpus: the geometric mean of the clipped precisions of 1 to 4 words, times the brevity
 * penalty with each answer's closest reference length (the shorter of two as close). Words in lower case, punctuation
 * marks apart, no smoothing.
 */
public final class Bleu {
    private static final int LONGEST = 4;

    private Bleu() {}

    /**
     * The score, 0 to 100.
     *
     * @param answers one for each entry of references
     * @param references of each answer all that count as right
     */
    public static double of(List<String> answers, List<List<String>> references) {
        if (answers.size() != references.size() || answers.isEmpty()) {
            throw new IllegalArgumentException(answers.size() + " answers, references for " + references.size());
        }
        long[] matched = new long[LONGEST];
        long[] total = new long[LONGEST];
        long said = 0;
        long expected = 0;
        for (int i = 0; i < answers.size(); i++) {
            List<String> answer = Words.of(answers.get(i));
            List<List<String>> right = references.get(i).stream().map(Words::of).toList();
            said += answer.size();
            expected += closest(answer.size(), right);
            for (int length = 1; length <= LONGEST; length++) {
                Map<List<String>, Integer> counts = counts(answer, length);
                Map<List<String>, Integer> most = new HashMap<>();
                for (List<String> reference : right) {
                    counts(reference, length).forEach((words, count) -> most.merge(words, count, Math::max));
                }
                for (Map.Entry<List<String>, Integer> entry : counts.entrySet()) {
                    total[length - 1] += entry.getValue();
                    matched[length - 1] += Math.min(entry.getValue(), most.getOrDefault(entry.getKey(), 0));
                }
            }
        }
        double logarithms = 0;
        for (int i = 0; i < LONGEST; i++) {
            if (matched[i] == 0) {
                return 0;
            }
            logarithms += Math.log((double) matched[i] / total[i]) / LONGEST;
        }
        double brevity = said >= expected ? 1 : Math.exp(1 - (double) expected / said);
        return 100 * brevity * Math.exp(logarithms);
    }

    private static int closest(int length, List<List<String>> references) {
        int best = references.getFirst().size();
        for (List<String> reference : references) {
            int distance = Math.abs(reference.size() - length) - Math.abs(best - length);
            if (distance < 0 || (distance == 0 && reference.size() < best)) {
                best = reference.size();
            }
        }
        return best;
    }

    private static Map<List<String>, Integer> counts(List<String> words, int length) {
        Map<List<String>, Integer> counts = new HashMap<>();
        for (int from = 0; from + length <= words.size(); from++) {
            counts.merge(List.copyOf(words.subList(from, from + length)), 1, Integer::sum);
        }
        return counts;
    }
}
