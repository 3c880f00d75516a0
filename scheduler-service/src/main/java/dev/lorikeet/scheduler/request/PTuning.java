package dev.lorikeet.scheduler.request;

import static java.util.Objects.requireNonNull;

import dev.lorikeet.scheduler.request.TrainingSpec.Training;
import dev.lorikeet.scheduler.request.Violation.Code;

/**
 * P-tuning: virtual tokens from an encoder.
 *
 * @param virtualTokens how many; 0: not set
 * @param hiddenSize inner width of the network that makes them; 0: the base model's
 * @param encoder which network
 * @param layers of an LSTM; 0: not set
 * @param dropout between the layers of an LSTM
 */
public record PTuning(int virtualTokens, int hiddenSize, Encoder encoder, int layers, double dropout)
        implements Method {
    static final int MAX_HIDDEN = 8_192;
    private static final int MAX_LAYERS = 16;
    private static final int DEFAULT_LAYERS = 2;

    public PTuning {
        requireNonNull(encoder, "encoder");
    }

    /** Networks. */
    public enum Encoder {
        /** The tenant did not choose. */
        UNSET,
        /** Three linear layers. */
        MLP,
        /** A bidirectional LSTM and two linear layers. */
        LSTM,
        /** A value that this version does not know. */
        UNKNOWN
    }

    @Override
    public String field() {
        return "p_tuning";
    }

    @Override
    public void check(Check check, Training training) {
        check.range("virtual_tokens", virtualTokens, 0, PromptTuning.MAX_TOKENS);
        PromptTuning.unpacked(check, training, "virtual_tokens");
        check.range("encoder_hidden_size", hiddenSize, 0, MAX_HIDDEN);
        if (encoder == Encoder.UNKNOWN) {
            check.wrong(Code.INVALID_VALUE, "encoder", "is not known; use PROMPT_ENCODER_MLP or PROMPT_ENCODER_LSTM");
        }
        check.range("encoder_layers", layers, 0, MAX_LAYERS);
        check.dropout("encoder_dropout", dropout);
        boolean perceptron = encoder == Encoder.UNSET || encoder == Encoder.MLP;
        if (perceptron && layers > 0) {
            check.wrong(Code.INVALID_VALUE, "encoder_layers", "is for PROMPT_ENCODER_LSTM; a perceptron has three");
        }
        if (perceptron && dropout > 0) {
            check.wrong(Code.INVALID_VALUE, "encoder_dropout", "is for PROMPT_ENCODER_LSTM");
        }
    }

    @Override
    public PTuning resolved(Training training) {
        Encoder network = encoder == Encoder.UNSET ? Encoder.MLP : encoder;
        return new PTuning(
                virtualTokens == 0 ? PromptTuning.DEFAULT_TOKENS : virtualTokens,
                hiddenSize,
                network,
                network == Encoder.LSTM && layers == 0 ? DEFAULT_LAYERS : layers,
                dropout);
    }

    @Override
    public double learningRate() {
        return 1e-3;
    }
}
