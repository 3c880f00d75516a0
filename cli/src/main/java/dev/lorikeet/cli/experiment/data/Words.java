package dev.lorikeet.cli.experiment.data;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Texts as lists of words and punctuation marks, in lower case: what scores compare. */
final class Words {
    private static final Pattern WORD = Pattern.compile("[\\p{L}\\p{N}]+|[^\\s\\p{L}\\p{N}]");

    private Words() {}

    static List<String> of(String text) {
        List<String> words = new ArrayList<>();
        Matcher matcher = WORD.matcher(text.toLowerCase(Locale.ROOT));
        while (matcher.find()) {
            words.add(matcher.group());
        }
        return words;
    }

    /** Whether the words of one text stand in another, in order and side by side. */
    static boolean contains(String text, String part) {
        return (" " + String.join(" ", of(text)) + " ").contains(" " + String.join(" ", of(part)) + " ");
    }
}
