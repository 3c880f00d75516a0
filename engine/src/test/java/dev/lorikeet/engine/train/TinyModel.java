package dev.lorikeet.engine.train;

import dev.lorikeet.engine.data.EncodedExample;
import dev.lorikeet.engine.model.BaseModel;
import dev.lorikeet.engine.model.LoadOptions;
import dev.lorikeet.engine.model.Precision;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;

/** The reference cases' small Llama (384 tokens, three layers), and examples for it. */
public final class TinyModel {
    static final Path CONFORMANCE = Path.of("src/test/resources/conformance");
    public static final Path FOLDER = CONFORMANCE.resolve("models/llama");

    private TinyModel() {}

    private static final class Shared {
        private static final BaseModel MODEL = load(Precision.FLOAT32);
    }

    /** One in float32 for all tests that only read it; it stays open until the process ends. */
    static BaseModel shared() {
        return Shared.MODEL;
    }

    static BaseModel load(Precision precision) {
        return load("llama", precision);
    }

    /** Another reference model, of the same vocabulary. */
    static BaseModel load(String name, Precision precision) {
        LoadOptions reference = LoadOptions.reference("tiny");
        try {
            return BaseModel.load(
                    CONFORMANCE.resolve("models").resolve(name),
                    new LoadOptions("tiny", reference.device(), precision, 1));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Random tokens of random lengths, the second half of each labelled. */
    static List<EncodedExample> examples(int count, long seed) {
        RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
        List<EncodedExample> examples = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            int length = 6 + random.nextInt(20);
            int[] tokens = random.ints(length, 3, 384).toArray();
            examples.add(example(tokens, length / 2));
        }
        return examples;
    }

    /** Random tokens of random lengths, each with a class; where there are two kinds of tokens, pairs among them. */
    static List<EncodedExample> ofClasses(int count, long seed, int classes, int kinds) {
        RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
        List<EncodedExample> examples = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            int[] tokens = random.ints(6 + random.nextInt(20), 3, 384).toArray();
            int[] types = new int[tokens.length];
            if (kinds > 1 && i % 2 == 1) {
                Arrays.fill(types, tokens.length / 2, tokens.length, 1);
            }
            examples.add(EncodedExample.ofClass(random.nextInt(classes), tokens, types, false));
        }
        return examples;
    }

    /** Tokens of which those from an index on are labelled. */
    static EncodedExample example(int[] tokens, int firstLabelled) {
        boolean[] labelled = new boolean[tokens.length];
        Arrays.fill(labelled, firstLabelled, tokens.length, true);
        return new EncodedExample(tokens, labelled, false);
    }
}
