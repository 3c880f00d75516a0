package dev.lorikeet.engine.model;

/** A kind of linear layer that adapters may target, named as PEFT names it. */
public enum Projection {
    Q("self_attn.q_proj"),
    K("self_attn.k_proj"),
    V("self_attn.v_proj"),
    O("self_attn.o_proj"),
    GATE("mlp.gate_proj"),
    UP("mlp.up_proj"),
    DOWN("mlp.down_proj"),
    /** The output head; not one of a layer, and not part of {@code all-linear}. */
    HEAD("lm_head");

    private final String path;

    Projection(String path) {
        this.path = path;
    }

    /** Path inside its layer, or of the whole for the head. */
    public String path() {
        return path;
    }
}
