package dev.lorikeet.engine.weights;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The typed key-value pairs at the head of a GGUF file. Whole numbers are held as Long (an unsigned 64-bit one beyond
 * Long is refused when read), floating ones as Double, arrays as List.
 */
public final class GgufMetadata {
    private final Path file;
    private final Map<String, Object> values;

    GgufMetadata(Path file, Map<String, Object> values) {
        this.file = file;
        this.values = Collections.unmodifiableMap(new LinkedHashMap<>(values));
    }

    /** The file it was read from, for messages. */
    public Path file() {
        return file;
    }

    public boolean has(String key) {
        return values.containsKey(key);
    }

    /** All keys, in the file's order. */
    public List<String> keys() {
        return List.copyOf(values.keySet());
    }

    /**
     * A string.
     *
     * @throws MalformedFileException if the key is missing or not a string
     */
    public String text(String key) throws MalformedFileException {
        return require(key, String.class, "a string");
    }

    /** A string, or {@code absent}. */
    public String text(String key, String absent) throws MalformedFileException {
        return has(key) ? text(key) : absent;
    }

    /**
     * A whole number that fits an int.
     *
     * @throws MalformedFileException if the key is missing or not such a number
     */
    public int integer(String key) throws MalformedFileException {
        long value = require(key, Long.class, "a whole number");
        if (value != (int) value) {
            throw new MalformedFileException(file, key + " is out of range: " + value);
        }
        return (int) value;
    }

    /** A whole number that fits an int, or {@code absent}. */
    public int integer(String key, int absent) throws MalformedFileException {
        return has(key) ? integer(key) : absent;
    }

    /**
     * A number.
     *
     * @throws MalformedFileException if the key is missing or not a number
     */
    public double number(String key) throws MalformedFileException {
        return require(key, Number.class, "a number").doubleValue();
    }

    /** A number, or {@code absent}. */
    public double number(String key, double absent) throws MalformedFileException {
        return has(key) ? number(key) : absent;
    }

    /** A truth value, or {@code absent}. */
    public boolean flag(String key, boolean absent) throws MalformedFileException {
        return has(key) ? require(key, Boolean.class, "true or false") : absent;
    }

    /**
     * A list of strings.
     *
     * @throws MalformedFileException if the key is missing or not such a list
     */
    public List<String> texts(String key) throws MalformedFileException {
        return list(key, String.class, "a list of strings");
    }

    /**
     * A list of whole numbers.
     *
     * @throws MalformedFileException if the key is missing or not such a list
     */
    public List<Long> integers(String key) throws MalformedFileException {
        return list(key, Long.class, "a list of whole numbers");
    }

    private <T> List<T> list(String key, Class<T> type, String expected) throws MalformedFileException {
        var typed = new ArrayList<T>();
        for (Object element : require(key, List.class, expected)) {
            if (!type.isInstance(element)) {
                throw new MalformedFileException(file, key + " must be " + expected);
            }
            typed.add(type.cast(element));
        }
        return typed;
    }

    private <T> T require(String key, Class<T> type, String expected) throws MalformedFileException {
        @Nullable Object value = values.get(key);
        if (value == null) {
            throw new MalformedFileException(file, "the metadata has no " + key);
        }
        if (!type.isInstance(value)) {
            throw new MalformedFileException(file, key + " must be " + expected);
        }
        return type.cast(value);
    }
}
