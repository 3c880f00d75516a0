package dev.lorikeet.engine.model;

import ai.djl.Device;
import dev.lorikeet.engine.script.TensorRuntime;

/**
 * How a base model is loaded.
 *
 * @param name what requests call it
 * @param device where its weights live
 * @param precision the type of its weights there
 * @param quantisation how its linear layers are held for training
 * @param threads operator threads of the process, 0 for one a core
 */
public record LoadOptions(String name, Device device, Precision precision, Quantisation quantisation, int threads) {
    public LoadOptions {
        if (name.isBlank()) {
            throw new IllegalArgumentException("a base model needs a name");
        }
        if (threads < 0) {
            throw new IllegalArgumentException("threads must not be negative: " + threads);
        }
    }

    /** Without quantisation. */
    public LoadOptions(String name, Device device, Precision precision, int threads) {
        this(name, device, precision, Quantisation.NONE, threads);
    }

    /** The same with linear layers held otherwise. */
    public LoadOptions withQuantisation(Quantisation other) {
        return new LoadOptions(name, device, precision, other, threads);
    }

    /** A GPU where there is one, bfloat16 where the hardware multiplies it, a thread a core. */
    public static LoadOptions automatic(String name) {
        Device device = TensorRuntime.device("auto");
        return new LoadOptions(name, device, automaticPrecision(device), 0);
    }

    /** float32 on the CPU: what the reference cases are computed in. */
    public static LoadOptions reference(String name) {
        return new LoadOptions(name, Device.cpu(), Precision.FLOAT32, 0);
    }

    /**
     * Options from configured words.
     *
     * @param device {@code auto}, {@code cpu}, {@code cuda} or {@code cuda:N}
     * @param precision {@code auto}, {@code float32} or {@code bfloat16}
     * @throws IllegalArgumentException if a word is none of these, or the device is not here
     */
    public static LoadOptions parse(String name, String device, String precision, int threads) {
        Device found = TensorRuntime.device(device);
        Precision chosen = switch (precision) {
            case "auto" -> automaticPrecision(found);
            case "float32" -> Precision.FLOAT32;
            case "bfloat16" -> Precision.BFLOAT16;
            default ->
                throw new IllegalArgumentException(
                        "unknown precision " + precision + ": use auto, float32 or bfloat16");
        };
        return new LoadOptions(name, found, chosen, threads);
    }

    private static Precision automaticPrecision(Device device) {
        return TensorRuntime.hasBfloat16(device) ? Precision.BFLOAT16 : Precision.FLOAT32;
    }
}
