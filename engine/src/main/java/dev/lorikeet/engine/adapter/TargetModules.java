package dev.lorikeet.engine.adapter;

import java.util.List;
import java.util.regex.Pattern;

/** Which modules an adapter targets, or excludes, in PEFT's three ways of saying it. */
public sealed interface TargetModules {
    /** Whether the module at a path is meant. {@link AllLinear} means every linear layer but the head. */
    boolean matches(String path);

    /** Names: a whole path, or its last parts ({@code q_proj}, {@code self_attn.q_proj}). */
    record Names(List<String> names) implements TargetModules {
        public Names {
            names = List.copyOf(names);
            if (names.isEmpty()) {
                throw new IllegalArgumentException("target_modules is empty");
            }
        }

        @Override
        public boolean matches(String path) {
            return names.stream().anyMatch(name -> path.equals(name) || path.endsWith("." + name));
        }
    }

    /** A regular expression that the whole path must match. */
    record Expression(String expression) implements TargetModules {
        public Expression {
            Pattern.compile(expression);
        }

        @Override
        public boolean matches(String path) {
            return ModulePattern.matches(expression, path);
        }
    }

    /** Every linear layer but the output head. */
    record AllLinear() implements TargetModules {
        @Override
        public boolean matches(String path) {
            return !path.equals("lm_head");
        }
    }
}
