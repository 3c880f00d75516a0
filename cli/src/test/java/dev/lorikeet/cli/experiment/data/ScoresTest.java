package dev.lorikeet.cli.experiment.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;

class ScoresTest {

    @Test
    void anAnswerThatIsAReferenceScoresHundred() {
        assertThat(Bleu.of(
                        List.of("The Pub is near the river .", "It is a cafe , cheap and good ."),
                        List.of(
                                List.of("Something else entirely here .", "the pub is near the river ."),
                                List.of("it is a cafe , cheap and good ."))))
                .isCloseTo(100, within(1e-9));
    }

    @Test
    void bleuIsTheValueComputedByHand() {
        // Papineni's clipping: "the" counts twice, as the reference with most of it has it.
        // Answer: 7 words; matches 1-grams: the the cat on mat = 5 + sat 1 = 6 of 7; 2-grams: "the cat", "cat sat",
        // "sat on",
        // "the mat" = 4 of 6 ("on big", "big the" are not); 3-grams: "the cat sat", "cat sat on" = 2 of 5; 4-grams:
        // "the cat sat on" = 1 of 4. Both have 7 and 6 words: the closest reference has 6, so no brevity penalty.
        double expected = 100 * Math.pow(6.0 / 7 * 4 / 6 * 2 / 5 * 1 / 4, 0.25);

        assertThat(Bleu.of(List.of("the cat sat on big the mat"), List.of(List.of("the cat sat on the mat"))))
                .isCloseTo(expected, within(1e-9));
    }

    @Test
    void aShortAnswerPaysForItsBrevity() {
        // All precisions are 1; 5 words where the reference has 7: exp(1 - 7/5).
        assertThat(Bleu.of(List.of("one two three four five"), List.of(List.of("one two three four five six seven"))))
                .isCloseTo(100 * Math.exp(1 - 7.0 / 5), within(1e-9));
    }

    @Test
    void countsAreClippedByTheReference() {
        assertThat(Bleu.of(List.of("the the the the the"), List.of(List.of("the cat"))))
                .isZero();
    }

    @Test
    void valuesCountWhereAReferenceSaysThem() {
        Meaning meaning = Meaning.of(
                "name : Blue Spice | area : riverside | family friendly : yes",
                List.of("Blue Spice welcomes families .", "On the Riverside stands Blue Spice ."));

        // "yes" is said by nobody, so of two values one is there.
        assertThat(SlotScore.of(List.of("The blue spice is a place ."), List.of(meaning)))
                .isEqualTo(50);
        assertThat(SlotScore.of(List.of("Blue Spices by the riverside"), List.of(meaning)))
                .isEqualTo(50);
    }
}
