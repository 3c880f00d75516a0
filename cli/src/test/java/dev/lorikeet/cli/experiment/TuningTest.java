package dev.lorikeet.cli.experiment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lorikeet.cli.experiment.result.RunResult;
import dev.lorikeet.engine.method.lora.LoraConfig;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.DoubleUnaryOperator;
import org.junit.jupiter.api.Test;

class TuningTest {
    private static final Candidate CANDIDATE = Candidate.of("LoRA", "", LoraConfig.allLinear(1, 1), 9e-3);
    private static final List<Long> SEEDS = List.of(1L, 2L, 3L);

    private final List<Trial> asked = new ArrayList<>();

    /** Results whose loss follows from the rate; of one that is not finite the run diverged. */
    private Tuning.Source losses(DoubleUnaryOperator loss) {
        return trial -> {
            asked.add(trial);
            double found = loss.applyAsDouble(trial.rate());
            RunResult.Key key = new RunResult.Key(trial.variant(), trial.rate(), trial.seed(), "");
            return Optional.of(
                    Double.isFinite(found)
                            ? new RunResult(key, "", Map.of(Study.VALIDATION, found, Study.TEST, found + 1), Map.of())
                            : new RunResult(key, "diverged", Map.of(), Map.of()));
        };
    }

    private static DoubleUnaryOperator bestNear(double rate) {
        return tried -> 1 + Math.abs(Math.log(tried / rate));
    }

    private static List<String> tried(Tuning.Tuned tuned) {
        return tuned.tried().stream().map(run -> Tuning.text(run.key().rate())).toList();
    }

    @Test
    void theBestRateRunsWithEverySeed() throws IOException {
        Tuning.Tuned tuned =
                new Tuning(3, 2).tune(losses(bestNear(9e-3)), CANDIDATE, SEEDS).orElseThrow();

        assertThat(tried(tuned)).containsExactly("3.0e-3", "9.0e-3", "2.7e-2");
        assertThat(tuned.runs()).extracting(run -> run.key().seed()).containsExactly(1L, 2L, 3L);
        assertThat(tuned.runs()).allSatisfy(run -> assertThat(run.key().rate()).isEqualTo(9e-3));
        assertThat(Tuning.table("method", List.of(tuned)))
                .contains("3.0e-3: 2.0986, 9.0e-3: 1.0000, 2.7e-2: 2.0986 | 9.0e-3 |");
        assertThat(Tuning.title(List.of(tuned))).isEqualTo("best of 3 learning rates");
    }

    @Test
    void theRatesWidenTowardsTheEndThatIsBest() throws IOException {
        Tuning.Tuned higher = new Tuning(3, 2)
                .tune(losses(bestNear(8.1e-2)), CANDIDATE, SEEDS)
                .orElseThrow();
        assertThat(tried(higher)).containsExactly("3.0e-3", "9.0e-3", "2.7e-2", "8.1e-2", "2.4e-1");
        assertThat(higher.rate())
                .hasValueSatisfying(rate -> assertThat(Tuning.text(rate)).isEqualTo("8.1e-2"));

        Tuning.Tuned lower =
                new Tuning(3, 2).tune(losses(bestNear(1e-5)), CANDIDATE, SEEDS).orElseThrow();
        assertThat(tried(lower)).containsExactly("3.3e-4", "1.0e-3", "3.0e-3", "9.0e-3", "2.7e-2");
        assertThat(Tuning.table("method", List.of(lower))).contains("3.3e-4 (end of the rates tried)");
        assertThat(Tuning.title(
                        List.of(lower, new Tuning.Tuned(CANDIDATE, lower.tried().subList(0, 3), List.of()))))
                .isEqualTo("best of 3 to 5 learning rates");
    }

    @Test
    void divergedRatesAreNeverBestAndSmallerOnesAreTried() throws IOException {
        Tuning.Tuned some = new Tuning(3, 2)
                .tune(losses(rate -> rate > 1e-3 ? Double.NaN : 1), CANDIDATE, SEEDS)
                .orElseThrow();
        assertThat(tried(some)).startsWith("3.3e-4", "1.0e-3").hasSize(5);
        assertThat(some.rate()).hasValueSatisfying(rate -> assertThat(rate).isLessThan(1e-3 + 1e-12));

        Tuning.Tuned none = new Tuning(2, 1)
                .tune(losses(rate -> Double.NaN), CANDIDATE, SEEDS)
                .orElseThrow();
        assertThat(none.runs()).isEmpty();
        assertThat(Tuning.table("method", List.of(none))).contains("diverged", "| none |");
    }

    @Test
    void whatIsNotThereIsLeftOut() throws IOException {
        Tuning.Source first = trial -> trial.seed() == 1 && trial.rate() > 5e-3
                ? losses(bestNear(9e-3)).result(trial)
                : Optional.empty();

        Tuning.Tuned tuned = new Tuning(3, 2).tune(first, CANDIDATE, SEEDS).orElseThrow();

        assertThat(tuned.tried()).hasSize(2);
        assertThat(tuned.runs()).hasSize(1);
        assertThat(new Tuning(3, 2).tune(trial -> Optional.empty(), CANDIDATE, SEEDS))
                .isEmpty();
    }

    @Test
    void aSingleRateIsTakenAsItIs() throws IOException {
        Tuning.Tuned tuned = new Tuning(1, 2)
                .tune(losses(bestNear(1)), CANDIDATE, List.of(1L))
                .orElseThrow();

        assertThat(tried(tuned)).hasSize(1);

        assertThat(asked).extracting(Trial::rate).containsOnly(9e-3);
        assertThatThrownBy(() -> new Tuning(0, 0)).hasMessageContaining("1 to 9");
    }
}
