package dev.lorikeet.engine.adapter;

import java.io.IOException;

/** A well-formed adapter that uses something this engine does not compute; the message names it. */
public class UnsupportedAdapterException extends IOException {
    private static final long serialVersionUID = 1L;

    public UnsupportedAdapterException(String reason) {
        super(reason);
    }
}
