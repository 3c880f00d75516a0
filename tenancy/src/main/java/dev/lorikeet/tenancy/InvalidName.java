package dev.lorikeet.tenancy;

/**
 * A name or address from outside that is refused. It is never rewritten to fit: whoever sent it is told what is wrong.
 */
public final class InvalidName extends IllegalArgumentException {
    /** Stable codes, for programs; their names are what clients see. */
    public enum Code {
        /** The text breaks the grammar. */
        INVALID_NAME,
        /** The text is well formed, but belongs to another tenant. */
        FORBIDDEN
    }

    private final Code code;
    private final String field;
    private final String reason;

    /**
     * @param code what kind of fault it is
     * @param field path of the field at fault, such as {@code adapter}
     * @param reason for people: what is wrong and what would be right
     */
    public InvalidName(Code code, String field, String reason) {
        super(field + ": " + reason);
        this.code = code;
        this.field = field;
        this.reason = reason;
    }

    /** What kind of fault it is. */
    public Code code() {
        return code;
    }

    /** Path of the field at fault. */
    public String field() {
        return field;
    }

    /** For people: what is wrong and what would be right. */
    public String reason() {
        return reason;
    }

    /** The same fault, reported for another field: for callers whose field has a longer path. */
    public InvalidName at(String otherField) {
        return new InvalidName(code, otherField, reason);
    }
}
