package dev.lorikeet.engine.model;

/** How a model knows where a token stands. */
public sealed interface Positions permits Rope, Positions.Learned {
    /**
     * A vector of its own for each position, added to the token's.
     *
     * @param rows of the table
     * @param first the row of a text's first token
     */
    record Learned(int rows, int first) implements Positions {
        public Learned {
            if (first < 0 || rows <= first) {
                throw new IllegalArgumentException(
                        "a table of " + rows + " positions leaves none behind the first " + first);
            }
        }
    }
}
