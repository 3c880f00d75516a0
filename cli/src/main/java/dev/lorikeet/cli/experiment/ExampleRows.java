package dev.lorikeet.cli.experiment;

import dev.lorikeet.cli.experiment.data.Corpus;
import dev.lorikeet.cli.experiment.data.Meaning;
import dev.lorikeet.engine.data.EncodedExample;
import dev.lorikeet.engine.data.Example;
import dev.lorikeet.engine.data.ExampleEncoder;
import dev.lorikeet.engine.model.BaseModel;
import dev.lorikeet.engine.text.ChatTemplate;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * A corpus as a model reads it: the meaning, a line break, and what is learned, the reference with the end of the text. No
 * chat template, so that rows are short. Of the training part every reference is a row; of the others each meaning's first.
 *
 * @param corpus the texts
 * @param training to train on
 * @param validation to choose settings by
 * @param test to report on
 */
record ExampleRows(
        Corpus corpus, List<EncodedExample> training, List<EncodedExample> validation, List<EncodedExample> test) {
    private static final int LONGEST = 384;

    ExampleRows {
        training = List.copyOf(training);
        validation = List.copyOf(validation);
        test = List.copyOf(test);
    }

    static ExampleRows of(Corpus corpus, BaseModel base) {
        ChatTemplate none = ChatTemplate.none(base.chatTemplate()
                .variable("eos_token")
                .map(text -> Map.of("eos_token", text))
                .orElse(Map.of()));
        // Virtual tokens stand before a row, so it does not fill the context.
        int longest = Math.min(LONGEST, base.config().contextLength() / 2);
        ExampleEncoder encoder = new ExampleEncoder(base.tokenizer(), none, longest);
        return new ExampleRows(
                corpus,
                corpus.training().stream()
                        .flatMap(meaning -> meaning.references().stream()
                                .map(reference -> encoder.encode(example(meaning, reference))))
                        .toList(),
                firsts(corpus.validation(), encoder),
                firsts(corpus.test(), encoder));
    }

    private static List<EncodedExample> firsts(List<Meaning> meanings, ExampleEncoder encoder) {
        return meanings.stream()
                .map(meaning ->
                        encoder.encode(example(meaning, meaning.references().getFirst())))
                .toList();
    }

    private static Example example(Meaning meaning, String reference) {
        return new Example.Completion(prompt(meaning), reference);
    }

    private static String prompt(Meaning meaning) {
        return meaning.text() + "\n";
    }

    /** What is given to have a meaning said. */
    static int[] prompt(Meaning meaning, BaseModel base) {
        int[] begin = base.tokenizer().encode("", true);
        int[] text = base.tokenizer().encodeUntrusted(prompt(meaning));
        return IntStream.concat(IntStream.of(begin), IntStream.of(text)).toArray();
    }
}
