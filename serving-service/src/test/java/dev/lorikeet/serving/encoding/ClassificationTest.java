package dev.lorikeet.serving.encoding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.lorikeet.serving.encoding.Classification.Score;
import dev.lorikeet.serving.encoding.EmbedOptions.Pooling;
import java.util.List;
import org.junit.jupiter.api.Test;

class ClassificationTest {
    @Test
    void probabilitiesAreTheSoftmaxInTheClassifiersOrder() {
        Classification classification = Classification.of(List.of("a", "b", "c"), new float[] {1, 3, 2});

        assertThat(classification.scores()).extracting(Score::label).containsExactly("a", "b", "c");
        assertThat(classification.scores()).extracting(Score::logit).containsExactly(1f, 3f, 2f);
        assertThat(classification.scores().get(0).probability()).isCloseTo(0.09003057317038046, within(1e-12));
        assertThat(classification.scores().get(1).probability()).isCloseTo(0.6652409557748219, within(1e-12));
        assertThat(classification.best().label()).isEqualTo("b");
    }

    @Test
    void hugeLogitsDoNotOverflow() {
        Classification classification = Classification.of(List.of("a", "b"), new float[] {3e38f, -3e38f});

        assertThat(classification.scores()).extracting(Score::probability).containsExactly(1.0, 0.0);
    }

    @Test
    void ofEqualLabelsTheFirstIsTheBest() {
        assertThat(Classification.of(List.of("a", "b"), new float[] {2, 2}).best())
                .isEqualTo(new Score("a", 0.5, 2));
    }

    @Test
    void aSingleLabelHasTheLogitsSigmoid() {
        assertThat(Classification.of(List.of("relevant"), new float[] {0}).best())
                .isEqualTo(new Score("relevant", 0.5, 0));
        assertThat(Classification.of(List.of("relevant"), new float[] {2})
                        .best()
                        .probability())
                .isCloseTo(0.8807970779778823, within(1e-12));
        assertThat(Classification.of(List.of("relevant"), new float[] {-1e30f})
                        .best()
                        .probability())
                .isZero();
    }

    @Test
    void labelsAreAsManyAsLogits() {
        assertThatThrownBy(() -> Classification.of(List.of("a"), new float[] {1, 2}))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Classification.of(List.of(), new float[0]))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void embeddingsArePooledAndScaledToLengthOne() {
        float[] first = {3, 4};
        float[] mean = {0, 2};

        assertThat(new EmbedOptions(Pooling.MEAN, false).embedding(first, mean)).containsExactly(0, 2);
        assertThat(new EmbedOptions(Pooling.FIRST, false).embedding(first, mean))
                .containsExactly(3, 4);
        assertThat(new EmbedOptions(Pooling.FIRST, true).embedding(first, mean)).containsExactly(0.6f, 0.8f);
        assertThat(new EmbedOptions(Pooling.MEAN, true).embedding(first, new float[2]))
                .containsExactly(0, 0);
        assertThat(first).containsExactly(3, 4);
    }
}
