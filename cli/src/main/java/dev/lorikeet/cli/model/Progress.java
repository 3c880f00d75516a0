package dev.lorikeet.cli.model;

/** Told what a pull does. */
public interface Progress {
    /** Nobody watches. */
    Progress NONE = new Progress() {
        @Override
        public void note(String text) {}

        @Override
        public void begin(String file, long bytes, long already) {}

        @Override
        public void advance(long bytes) {}

        @Override
        public void end() {}
    };

    /** Something worth a line. */
    void note(String text);

    /**
     * A file's transfer begins.
     *
     * @param bytes its size, or -1 if unknown
     * @param already how many of them are here from an earlier, broken transfer
     */
    void begin(String file, long bytes, long already);

    /** This many more bytes arrived. */
    void advance(long bytes);

    /** The file's transfer ended, well or not. */
    void end();
}
