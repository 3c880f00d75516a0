package dev.lorikeet.scheduler.request;

import static java.util.Objects.requireNonNull;

import dev.lorikeet.scheduler.request.TrainingSpec.Training;
import dev.lorikeet.scheduler.request.Violation.Code;
import java.util.List;

/**
 * Vision as LoRA: pictures before the text.
 *
 * @param picture how pictures are cut
 * @param rank of the updates; 0: not set
 * @param alpha of the updates; 0: not set
 * @param dropout probability of dropping an input element
 * @param modules names of those that are adapted, or {@code all-linear}; empty: not set
 * @param layers only the first so many blocks are adapted; 0: all
 */
public record Vora(Picture picture, int rank, double alpha, double dropout, List<String> modules, int layers)
        implements Method {
    private static final String ALL_LINEAR = "all-linear";
    private static final int DEFAULT_RANK = 16;
    private static final int MAX_LAYERS = 4096;

    public Vora {
        requireNonNull(picture, "picture");
        modules = List.copyOf(modules);
    }

    /**
     * How pictures are cut.
     *
     * @param side of the square that they are brought to, in pixels; 0: not set
     * @param patch side of a patch, in pixels; 0: not set
     */
    public record Picture(int side, int patch) {
        private static final int MAX_SIDE = 512;
        private static final int MAX_PATCHES = 1024;
        private static final int DEFAULT_SIDE = 224;
        private static final int DEFAULT_PATCH = 16;

        void check(Check check) {
            check.range("image_size", side, 0, MAX_SIDE);
            check.range("patch_size", patch, 0, MAX_SIDE);
            Picture whole = resolved();
            if (side < 0 || patch < 0) {
                return;
            }
            int across = whole.side() / whole.patch();
            if (whole.side() % whole.patch() != 0) {
                check.wrong(
                        Code.INVALID_VALUE,
                        "patch_size",
                        "is " + whole.patch() + ", no divisor of image_size, which is " + whole.side());
            } else if (across > MAX_PATCHES / across) {
                check.wrong(
                        Code.OUT_OF_RANGE,
                        "patch_size",
                        "is " + whole.patch() + ", which makes " + (long) across * across + " tokens of a picture; use "
                                + MAX_PATCHES + " at most");
            }
        }

        Picture resolved() {
            return new Picture(side == 0 ? DEFAULT_SIDE : side, patch == 0 ? DEFAULT_PATCH : patch);
        }
    }

    @Override
    public String field() {
        return "vora";
    }

    @Override
    public void check(Check check, Training training) {
        picture.check(check);
        PromptTuning.unpacked(check, training, "image_size");
        check.range("rank", rank, 0, Lora.MAX_RANK);
        check.range("alpha", alpha, 0, Lora.MAX_ALPHA);
        check.dropout("dropout", dropout);
        check.modules("target_modules", modules, ALL_LINEAR);
        check.range("layers", layers, 0, MAX_LAYERS);
    }

    @Override
    public Vora resolved(Training training) {
        int width = rank == 0 ? DEFAULT_RANK : rank;
        return new Vora(
                picture.resolved(),
                width,
                alpha == 0 ? 2.0 * width : alpha,
                dropout,
                modules.isEmpty() ? List.of(ALL_LINEAR) : modules,
                layers);
    }

    @Override
    public double learningRate() {
        return 1e-3;
    }
}
