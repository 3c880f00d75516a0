package dev.lorikeet.cli.experiment.data;

import java.util.List;

/** How many of the values that are to be said literally an answer says. */
public final class SlotScore {
    private SlotScore() {}

    /**
     * The share of values found, 0 to 100. A value counts where one of the references at least says it literally
     * ({@code Blue Spice} does, {@code yes} of {@code family friendly} does not).
     *
     * @param answers one for each meaning
     */
    public static double of(List<String> answers, List<Meaning> meanings) {
        if (answers.size() != meanings.size()) {
            throw new IllegalArgumentException(answers.size() + " answers to " + meanings.size() + " meanings");
        }
        int wanted = 0;
        int found = 0;
        for (int i = 0; i < answers.size(); i++) {
            Meaning meaning = meanings.get(i);
            for (String value : meaning.slots().values()) {
                if (meaning.references().stream().anyMatch(reference -> Words.contains(reference, value))) {
                    wanted++;
                    found += Words.contains(answers.get(i), value) ? 1 : 0;
                }
            }
        }
        return wanted == 0 ? 0 : 100.0 * found / wanted;
    }
}
