package dev.lorikeet.cli.experiment.data;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;

/**
 * Meanings in three parts; none is in two of them.
 *
 * @param name what tables call it
 * @param training to train on
 * @param validation to choose settings by
 * @param test to report on
 */
public record Corpus(String name, List<Meaning> training, List<Meaning> validation, List<Meaning> test) {
    private static final int DIGEST_BYTES = 8;

    /** Copies the lists. */
    public Corpus {
        training = List.copyOf(training);
        validation = List.copyOf(validation);
        test = List.copyOf(test);
    }

    /**
     * Parts meanings at random: the same seed parts them alike.
     *
     * @param held meanings of the test part; half as many, rounded up, are the validation part
     * @throws IllegalArgumentException if too few are left to train on
     */
    public static Corpus split(String name, List<Meaning> meanings, long seed, int held) {
        int validation = (held + 1) / 2;
        if (held < 1 || meanings.size() <= held + validation) {
            throw new IllegalArgumentException(meanings.size() + " meanings are too few to hold out " + held + " and "
                    + validation + " of them and train on the rest");
        }
        List<Meaning> shuffled = new ArrayList<>(meanings);
        Collections.shuffle(shuffled, new Random(seed));
        return new Corpus(
                name,
                shuffled.subList(held + validation, shuffled.size()),
                shuffled.subList(held, held + validation),
                shuffled.subList(0, held));
    }

    /** Sixteen hexadecimal digits that change with any text of any part. */
    public String digest() {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            for (List<Meaning> part : List.of(training, validation, test)) {
                digest.update("part".getBytes(StandardCharsets.UTF_8));
                for (Meaning meaning : part) {
                    digest.update((meaning.text() + "\n" + String.join("\n", meaning.references()) + "\n\n")
                            .getBytes(StandardCharsets.UTF_8));
                }
            }
            return HexFormat.of().formatHex(digest.digest(), 0, DIGEST_BYTES);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
