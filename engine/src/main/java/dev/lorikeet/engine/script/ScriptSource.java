package dev.lorikeet.engine.script;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One TorchScript module in source form: methods from resource files, constants and tensor lists as attributes.
 *
 * <p>A resource holds methods at the left margin ({@code def step(self, x: Tensor) -> Tensor:}); several resources make
 * one module and may call each other's methods through {@code self}. In this dialect {@code torch.f} is the operator
 * {@code aten::f}, dtypes are numbers (float32 6, bfloat16 15, int64 4, bool 11), and there is nothing to import.
 *
 * @param fragments the sources, in order
 * @param constants attributes fixed at compile time: Long, Double or Boolean
 * @param lists attributes that are lists, by name the type of their elements ({@code Tensor}, {@code int}, {@code float});
 *     empty until a method assigns them
 */
public record ScriptSource(List<String> fragments, Map<String, Object> constants, Map<String, String> lists) {
    private static final Pattern DEFINITION = Pattern.compile("(?m)^def (\\w+)\\(");

    public ScriptSource {
        fragments = List.copyOf(fragments);
        constants = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(constants));
        lists = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(lists));
        for (Map.Entry<String, Object> constant : constants.entrySet()) {
            Object value = constant.getValue();
            if (!(value instanceof Long || value instanceof Double || value instanceof Boolean)) {
                throw new IllegalArgumentException(
                        "constant " + constant.getKey() + " is no Long, Double or Boolean: " + value);
            }
        }
    }

    /**
     * A module of the resources beside a class.
     *
     * @param anchor the class whose package holds them
     * @param resources file names, absolute with a leading slash
     */
    public static ScriptSource of(Class<?> anchor, String... resources) {
        List<String> fragments = new ArrayList<>();
        for (String resource : resources) {
            fragments.add(read(anchor, resource));
        }
        return new ScriptSource(fragments, Map.of(), Map.of());
    }

    /** The same with more resources behind. */
    public ScriptSource and(Class<?> anchor, String... resources) {
        List<String> all = new ArrayList<>(fragments);
        all.addAll(of(anchor, resources).fragments());
        return new ScriptSource(all, constants, lists);
    }

    /** The same with all of another's behind. */
    public ScriptSource and(ScriptSource other) {
        List<String> sources = new ArrayList<>(fragments);
        sources.addAll(other.fragments());
        Map<String, Object> values = new LinkedHashMap<>(constants);
        values.putAll(other.constants());
        Map<String, String> all = new LinkedHashMap<>(lists);
        all.putAll(other.lists());
        return new ScriptSource(sources, values, all);
    }

    /** The same with a constant: {@code self.name} in the source. */
    public ScriptSource constant(String name, Object value) {
        Map<String, Object> all = new LinkedHashMap<>(constants);
        all.put(name, value instanceof Integer number ? Long.valueOf(number) : value);
        return new ScriptSource(fragments, all, lists);
    }

    /** The same with a {@code List[Tensor]} attribute. */
    public ScriptSource tensorList(String name) {
        return list(name, "Tensor");
    }

    /** The same with a {@code List[int]} attribute, empty until a method assigns it. */
    public ScriptSource intList(String name) {
        return list(name, "int");
    }

    /** The same with a {@code List[float]} attribute, empty until a method assigns it. */
    public ScriptSource floatList(String name) {
        return list(name, "float");
    }

    private ScriptSource list(String name, String elements) {
        Map<String, String> all = new LinkedHashMap<>(lists);
        all.put(name, elements);
        return new ScriptSource(fragments, constants, all);
    }

    /**
     * The same with those of a resource's methods that no fragment has yet: what a script may leave out.
     *
     * @param anchor the class whose package holds it
     * @param resource its file name
     */
    public ScriptSource orElse(Class<?> anchor, String resource) {
        return orElse(of(anchor, resource));
    }

    /** The same with those of another's methods that no fragment has yet, and with its constants and lists. */
    public ScriptSource orElse(ScriptSource other) {
        Set<String> defined = new HashSet<>();
        fragments.forEach(
                fragment -> DEFINITION.matcher(fragment).results().forEach(found -> defined.add(found.group(1))));
        List<String> rests = new ArrayList<>();
        for (String fragment : other.fragments()) {
            StringBuilder rest = new StringBuilder();
            for (String method : fragment.split("(?m)^(?=def )", -1)) {
                Matcher name = DEFINITION.matcher(method);
                if (name.lookingAt() && !defined.contains(name.group(1))) {
                    rest.append(method);
                }
            }
            rests.add(rest.toString());
        }
        return and(new ScriptSource(rests, other.constants(), other.lists()));
    }

    /** The class that the archive holds. */
    String moduleCode() {
        StringBuilder code = new StringBuilder("class M(Module):\n  __parameters__ = []\n  __buffers__ = []\n");
        code.append("  training : bool\n");
        constants.forEach((name, value) ->
                code.append("  ").append(name).append(" : ").append(type(value)).append('\n'));
        lists.forEach((name, elements) -> code.append("  ")
                .append(name)
                .append(" : List[")
                .append(elements)
                .append("]\n"));
        for (String fragment : fragments) {
            fragment.lines()
                    .forEach(line -> code.append(line.isBlank() ? "" : "  ")
                            .append(line.isBlank() ? "" : line)
                            .append('\n'));
        }
        return code.toString();
    }

    private static String type(Object value) {
        return value instanceof Long ? "int" : value instanceof Double ? "float" : "bool";
    }

    private static String read(Class<?> anchor, String resource) {
        try (InputStream stream = anchor.getResourceAsStream(resource)) {
            if (stream == null) {
                throw new IllegalStateException("no resource " + resource + " beside " + anchor.getName());
            }
            return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read resource " + resource, e);
        }
    }
}
