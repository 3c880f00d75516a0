package dev.lorikeet.cli.demo.data;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * How often each criterion was met.
 *
 * @param answers how many answers were judged
 * @param met number of answers that meet a criterion, by its name, in the task's order
 * @param success how many answers meet the last criterion: success as a whole
 */
public record Score(int answers, Map<String, Integer> met, int success) {

    /** Copies. */
    public Score {
        met = Collections.unmodifiableMap(new LinkedHashMap<>(met));
    }

    /**
     * Judges answers.
     *
     * @param task the task
     * @param examples what was asked
     * @param answers what was answered, in the same order
     * @return the counts
     */
    public static Score of(DemoTask task, List<DemoExample> examples, List<String> answers) {
        if (examples.size() != answers.size()) {
            throw new IllegalArgumentException(examples.size() + " examples, " + answers.size() + " answers");
        }
        Map<String, Integer> met = new LinkedHashMap<>();
        int success = 0;
        for (int i = 0; i < answers.size(); i++) {
            boolean last = false;
            for (var criterion : task.judge(examples.get(i), answers.get(i)).entrySet()) {
                last = criterion.getValue();
                met.merge(criterion.getKey(), last ? 1 : 0, Integer::sum);
            }
            success += last ? 1 : 0;
        }
        return new Score(answers.size(), met, success);
    }

    /**
     * Whether the adapter clearly beats the base: succeeds in at least half of the cases, and in at least 30 percent
     * points more of them than the base.
     *
     * @param base the base's score on the same examples
     */
    public boolean clearlyBeats(Score base) {
        return success * 2 >= answers && (success - base.success) * 10 >= answers * 3;
    }
}
