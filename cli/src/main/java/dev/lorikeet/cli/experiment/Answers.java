package dev.lorikeet.cli.experiment;

import dev.lorikeet.cli.experiment.data.Meaning;
import dev.lorikeet.engine.adapter.ResidentAdapter;
import dev.lorikeet.engine.adapter.StoredAdapter;
import dev.lorikeet.engine.decode.Decoder;
import dev.lorikeet.engine.decode.Feed;
import dev.lorikeet.engine.decode.NextToken;
import dev.lorikeet.engine.decode.SamplingOptions;
import dev.lorikeet.engine.decode.Sequence;
import dev.lorikeet.engine.model.BaseModel;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Has meanings said by a model, greedily, in batches. */
final class Answers {
    private static final int AT_ONCE = 16;

    private Answers() {}

    /**
     * A text for each meaning.
     *
     * @param adapter what the model runs with, or null for the base alone
     * @param longest tokens of an answer at most
     * @param progress is asked before each step
     */
    static List<String> of(
            BaseModel base, @Nullable StoredAdapter adapter, List<Meaning> meanings, int longest, Progress progress) {
        ResidentAdapter resident = adapter == null ? null : base.attach(adapter);
        try {
            List<String> answers = new ArrayList<>();
            for (int from = 0; from < meanings.size(); from += AT_ONCE) {
                List<int[]> prompts = meanings.subList(from, Math.min(from + AT_ONCE, meanings.size())).stream()
                        .map(meaning -> ExampleRows.prompt(meaning, base))
                        .toList();
                answers.addAll(together(base, resident, prompts, longest, progress));
            }
            return answers;
        } finally {
            if (resident != null) {
                resident.close();
            }
        }
    }

    private static List<String> together(
            BaseModel base, @Nullable ResidentAdapter adapter, List<int[]> prompts, int longest, Progress progress) {
        int before = adapter == null ? 0 : adapter.positionsBefore();
        int context = before
                + longest
                + prompts.stream().mapToInt(prompt -> prompt.length).max().orElse(0);
        try (Decoder decoder = new Decoder(
                base, prompts.size(), Math.min(context, base.config().contextLength()))) {
            List<Sequence> sequences = prompts.stream()
                    .map(prompt -> decoder.open(prompt, adapter, SamplingOptions.GREEDY))
                    .toList();
            List<Sequence> going = new ArrayList<>(sequences);
            for (int step = 0; step < longest && !going.isEmpty(); step++) {
                progress.mayGoOn();
                List<NextToken> next = decoder.step(
                        going.stream().map(one -> new Feed(one, one.pending())).toList());
                for (NextToken token : next) {
                    if (token.broken() || ends(base, token.token())) {
                        going.remove(token.sequence());
                    }
                }
            }
            return sequences.stream().map(one -> text(base, one)).toList();
        }
    }

    private static boolean ends(BaseModel base, int token) {
        return base.config().endOfText().contains(token) || base.tokenizer().isSpecial(token);
    }

    private static String text(BaseModel base, Sequence sequence) {
        int[] tokens = IntStream.range(sequence.promptLength(), sequence.length())
                .map(sequence::token)
                .toArray();
        return base.tokenizer().decode(tokens, true).strip();
    }
}
