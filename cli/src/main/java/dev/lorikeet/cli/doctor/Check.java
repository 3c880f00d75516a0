package dev.lorikeet.cli.doctor;

/**
 * One finding.
 *
 * @param name what was looked at
 * @param level how it is
 * @param detail what was found
 * @param advice what to do; empty if nothing
 */
public record Check(String name, Level level, String detail, String advice) {

    /** How it is. */
    public enum Level {
        /** As it should be. */
        OK,
        /** Lorikeet works, with less. */
        WARN,
        /** Something will not work. */
        FAIL
    }

    static Check ok(String name, String detail) {
        return new Check(name, Level.OK, detail, "");
    }

    static Check warn(String name, String detail, String advice) {
        return new Check(name, Level.WARN, detail, advice);
    }

    static Check fail(String name, String detail, String advice) {
        return new Check(name, Level.FAIL, detail, advice);
    }
}
