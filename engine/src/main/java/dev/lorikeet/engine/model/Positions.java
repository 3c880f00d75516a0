package dev.lorikeet.engine.model;

/** How a model knows where a token stands. */
public sealed interface Positions permits Rope, Positions.Learned {
    /**
     * A vector of its own for each position, added to the token's.
     *
     * @param rows of the table
     * @param first the row of a text's first token; where it is not 0, the row before is that of padding, whose token
     *     has the same number
     * @param types rows of the table of token kinds, 0 without one
     */
    record Learned(int rows, int first, int types) implements Positions {
        public Learned {
            if (types < 0) {
                throw new IllegalArgumentException("type_vocab_size must not be negative: " + types);
            }
            if (first < 0 || rows <= first) {
                throw new IllegalArgumentException(
                        "a table of " + rows + " positions leaves none behind the first " + first);
            }
        }
    }
}
