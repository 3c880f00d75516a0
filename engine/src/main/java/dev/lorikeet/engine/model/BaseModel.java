package dev.lorikeet.engine.model;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.lorikeet.engine.adapter.MergedTensors;
import dev.lorikeet.engine.adapter.ResidentAdapter;
import dev.lorikeet.engine.adapter.StoredAdapter;
import dev.lorikeet.engine.script.NativeHeap;
import dev.lorikeet.engine.script.Script;
import dev.lorikeet.engine.script.ScriptSource;
import dev.lorikeet.engine.script.TensorRuntime;
import dev.lorikeet.engine.text.ChatTemplate;
import dev.lorikeet.engine.text.Tokenizer;
import dev.lorikeet.engine.weights.MalformedFileException;
import dev.lorikeet.engine.weights.Nf4Tensors;
import dev.lorikeet.engine.weights.TensorInfo;
import dev.lorikeet.engine.weights.TensorStore;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A frozen base model on a device: loaded once, shared by any number of decoders, trainings and adapters, never written.
 * Safe for use by several threads until it is closed, which is last.
 *
 * <p>Weights are brought to the device when first asked for, in one of two forms: arranged for products without
 * gradients ({@link #compile}; what decoding uses), or as plain matrices under their own names ({@link #weight}; what
 * training uses). A process that only serves holds the first, one that only trains the second. An embedding whose
 * matrix the first form holds as the head already, in the layout of its product, is not held again: the rows of a step's
 * tokens are read from the files ({@link #vectors}).
 */
public final class BaseModel implements AutoCloseable {
    private final LoadOptions options;
    private final ModelFiles files;
    private final WeightLayout layout;
    private final NDManager manager;
    private final Script loader;
    private final WeightReader reader;
    private final TensorStore tensors;
    /** Whose files and plain weights a quantised model shares. */
    private final @Nullable BaseModel sharing;

    private final @Nullable PackedWeights packed;
    private @Nullable BaseModel quantised;
    private final Map<String, NDArray> plain = new HashMap<>();
    private final ArrangedWeights arranged;
    private boolean closed;

    private BaseModel(LoadOptions options, ModelFiles files, TensorStore weights, @Nullable BaseModel sharing) {
        this.options = options;
        this.files = files;
        this.sharing = sharing;
        this.layout = new WeightLayout(files.config());
        this.manager = TensorRuntime.newManager(options.device());
        this.loader = Script.compile(ScriptParts.weights(options), options.device());
        if (options.quantisation() == Quantisation.NF4) {
            Nf4Tensors encoded = new Nf4Tensors(weights, PackedWeights.names(files.config()));
            this.tensors = encoded;
            this.packed = new PackedWeights(encoded, loader, manager);
        } else {
            this.tensors = weights;
            this.packed = null;
        }
        this.reader = new WeightReader(tensors, loader, manager, aliases(options));
        this.arranged = new ArrangedWeights(this, layout, reader, manager, packed);
    }

    /**
     * Loads a Hugging Face model folder or a GGUF file.
     *
     * @throws UnsupportedModelException if its family or a setting is not computed here
     * @throws MalformedFileException if a file or a tensor is missing or not what it says
     */
    public static BaseModel load(Path path, LoadOptions options) throws IOException {
        ModelFiles files = ModelFiles.open(path);
        try {
            return load(files, options);
        } catch (IOException | RuntimeException e) {
            files.close();
            throw e;
        }
    }

    /** Loads opened files, which then belong to the model. */
    public static BaseModel load(ModelFiles files, LoadOptions options) throws IOException {
        return load(files, files.weights(), options);
    }

    /**
     * Loads a model with an adapter merged into its weights: the result is what the adapter computes, at the cost of a
     * base model of its own. Name, digest and files stay the base's.
     *
     * @param options with NF4 it is merged into what the codes of the linear layers decode to (the base that QLoRA trained
     *     over), else into the files' weights; the result is held without quantisation either way
     */
    public static BaseModel loadMerged(ModelFiles files, StoredAdapter adapter, LoadOptions options)
            throws IOException {
        TensorStore target = switch (options.quantisation()) {
            case NONE -> files.weights();
            case NF4 -> new Nf4Tensors(files.weights(), PackedWeights.names(files.config()));
        };
        return load(
                files, new MergedTensors(target, files.config(), adapter), options.withQuantisation(Quantisation.NONE));
    }

    private static BaseModel load(ModelFiles files, TensorStore weights, LoadOptions options) throws IOException {
        TensorRuntime.start(options.threads());
        for (WeightLayout.Required tensor : new WeightLayout(files.config()).required()) {
            if (!weights.has(tensor.name())) {
                throw new MalformedFileException(files.path(), "tensor " + tensor.name() + " is missing");
            }
            TensorInfo info = weights.info(tensor.name());
            if (!info.shape().equals(tensor.shape()) || !info.dtype().floating()) {
                throw new MalformedFileException(
                        files.path(),
                        "tensor " + tensor.name() + " is " + info.dtype() + info.shape() + ", not floating point of "
                                + tensor.shape());
            }
        }
        return new BaseModel(options, files, weights, null);
    }

    /**
     * The same model with its blocks' linear layers held as NF4 codes, for training over it (QLoRA). Made when first asked
     * for, then kept, and closed with this one; what is not quantised is this model's own. Decoding over it decodes each
     * matrix where a product needs it: slower, and as small. Whatever reads such a model's weights in another form than the
     * codes gets what these decode to.
     */
    public synchronized BaseModel quantised() {
        requireOpen();
        if (packed != null) {
            return this;
        }
        if (quantised == null) {
            quantised = new BaseModel(options.withQuantisation(Quantisation.NF4), files, tensors, this);
        }
        return quantised;
    }

    /** How the linear layers are held for training. */
    public Quantisation quantisation() {
        return options.quantisation();
    }

    /** What a checkpoint belongs to: {@link #digest}, and that the weights have passed through codes if they have. */
    public String trainedDigest() {
        return switch (options.quantisation()) {
            case NONE -> digest();
            case NF4 -> digest() + "+nf4";
        };
    }

    /** A weight's codes, if it is held as such. */
    public synchronized Optional<PackedMatrix> packed(String name) {
        requireOpen();
        return packed == null ? Optional.empty() : packed.matrix(name);
    }

    /** What requests call it. */
    public String name() {
        return options.name();
    }

    /** SHA-256 of configuration and weights, in hexadecimal. */
    public String digest() {
        return files.digest();
    }

    public ModelConfig config() {
        return files.config();
    }

    public Tokenizer tokenizer() {
        return files.tokenizer();
    }

    public ChatTemplate chatTemplate() {
        return files.chatTemplate();
    }

    public Device device() {
        return options.device();
    }

    public Precision precision() {
        return options.precision();
    }

    /**
     * One tensor as a plain array in the model's precision; never to be written, closed by the model.
     *
     * @param name its Hugging Face name ({@code model.layers.0.self_attn.q_proj.weight}); of a tied head too
     * @throws IllegalArgumentException if the model has no such tensor
     */
    public synchronized NDArray weight(String name) {
        requireOpen();
        String stored = stored(name);
        if (sharing != null && packed != null && !packed.holds(stored)) {
            return sharing.weight(stored);
        }
        return plain.computeIfAbsent(stored, key -> {
            NDArray array = reader.plain(List.of(key));
            reader.release();
            return array;
        });
    }

    /**
     * An encoder's classifier: weight and bias of its first layer, weight and bias of its last; as {@link #weight}.
     * Empty if the model has none.
     */
    public List<NDArray> classifier() {
        return config().labels().isEmpty()
                ? List.of()
                : config().blueprint().classifier().stream().map(this::weight).toList();
    }

    /**
     * Compiles methods over the model's blocks (blocks.py, weights.py) and its arranged weights, which are attributes
     * of the script: {@code norm1, norm2, attention_in, attention_out, forward_in, forward_out} with an entry a layer,
     * their biases {@code ..._bias}, {@code head_norm} (query heads, then key heads) and {@code top} (embedding, last
     * norm, head, rotary frequencies, last norm's bias, learned positions, token kinds). What a family lacks is a number that nobody
     * reads. Constants: those of {@link ScriptParts}.
     *
     * <p>For scripts without gradients; the caller closes it, before the model.
     */
    public synchronized Script compile(ScriptSource own) {
        requireOpen();
        Object[] lists = arranged.lists().toArray();
        Script script = Script.compile(ScriptParts.model(options, config(), looksUp(), own), options.device());
        try (NDManager scope = manager.newSubManager()) {
            script.call(scope, "bind", Script.Mode.NO_GRADIENT, lists);
            if (packed != null) {
                packed.bindAll(script, config());
            }
            return script;
        }
    }

    /**
     * One tensor's values as float32, read from the files: a copy.
     *
     * @param name its Hugging Face name; of a tied head too
     * @throws IllegalArgumentException if the model has no such tensor
     */
    public float[] floats(String name) {
        return reader.floats(stored(name));
    }

    /** Where a weight is stored: of a tied head in the embedding, unless a merged adapter has parted them. */
    String stored(String name) {
        return layout.head().equals(Optional.of(name)) && !tensors.has(name) ? layout.embedding() : name;
    }

    /**
     * What a script takes as {@code vectors} (blocks.py).
     *
     * @param scope gets it
     * @param tokens ids; those beyond the vocabulary count as the last
     * @return (tokens, hidden) float32, or one number where the script holds the embedding
     */
    public NDArray vectors(NDManager scope, long[] tokens) {
        if (!looksUp()) {
            return scope.create(new float[] {0});
        }
        long last = config().vocabularySize() - 1L;
        long[] known = Arrays.stream(tokens).map(token -> Math.min(token, last)).toArray();
        int hidden = config().hiddenSize();
        return scope.create(reader.rows(layout.embedding(), known, hidden), new Shape(known.length, hidden));
    }

    /** Whether the head's product holds the embedding in a layout that rows cannot be taken from. */
    boolean looksUp() {
        return !options.device().isGpu() && layout.head().map(this::stored).equals(Optional.of(layout.embedding()));
    }

    /** Whether tensors lie in the mapped file. */
    private static boolean aliases(LoadOptions options) {
        return options.precision() == Precision.FLOAT32 && !options.device().isGpu();
    }

    /** Brings an adapter to the device: see {@link ResidentAdapter#attach}. */
    public ResidentAdapter attach(StoredAdapter adapter) {
        return ResidentAdapter.attach(this, adapter);
    }

    /** Copies of float32 arrays, ordinary tensors that a scope owns. */
    public List<NDArray> copies(NDManager scope, List<NDArray> arrays) {
        return List.copyOf(loader.call(scope, "copied", Script.Mode.NO_GRADIENT, arrays));
    }

    /** A manager on the model's device, for what lives as long as the caller. */
    public NDManager newManager() {
        return manager.newSubManager();
    }

    private void requireOpen() {
        if (closed) {
            throw new IllegalStateException("base model " + name() + " is closed");
        }
    }

    @Override
    public synchronized void close() {
        if (!closed) {
            closed = true;
            if (quantised != null) {
                quantised.close();
            }
            loader.close();
            manager.close();
            reader.forget();
            if (sharing == null) {
                files.close();
            }
            NativeHeap.release();
        }
    }
}
