package dev.lorikeet.engine.script;

import ai.djl.Device;
import ai.djl.MalformedModelException;
import ai.djl.Model;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.nn.Block;
import ai.djl.pytorch.jni.JniUtils;
import ai.djl.training.ParameterStore;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;

/**
 * A compiled TorchScript module, called by method name. A call costs about 20 microseconds, and half a microsecond more
 * an element of a list argument: keep weights in tensor-list attributes, assigned once by a method of the script.
 *
 * <p>Several threads may call methods at once as long as none assigns attributes.
 */
public final class Script implements AutoCloseable {
    /** How the operators of a call treat gradients. */
    public enum Mode {
        /** Fastest; the results cannot be saved for a backward pass nor changed in place outside of such calls. */
        INFERENCE,
        /** No graph, but the results are ordinary tensors: for anything that is kept. */
        NO_GRADIENT,
        /** Records the graph: the results can be differentiated. */
        GRADIENT
    }

    private final Model model;
    private final Block block;
    private final ParameterStore noParameters;

    private Script(Model model) {
        this.model = model;
        this.block = model.getBlock();
        this.noParameters = new ParameterStore(model.getNDManager(), false);
    }

    /**
     * Compiles a source.
     *
     * @throws IllegalStateException if it does not compile, with libtorch's message and the line
     */
    public static Script compile(ScriptSource source, Device device) {
        TensorRuntime.start();
        Model model = Model.newInstance("script", device, "PyTorch");
        try {
            model.load(new ByteArrayInputStream(ScriptArchive.write(source)));
            return new Script(model);
        } catch (IOException e) {
            model.close();
            throw new UncheckedIOException(e);
        } catch (MalformedModelException | RuntimeException e) {
            model.close();
            throw new IllegalStateException("the script does not compile: " + e.getMessage(), e);
        }
    }

    /**
     * Calls a method.
     *
     * @param scope gets the results
     * @param arguments each an {@link NDArray} (Tensor) or a non-empty {@link List} of them (List[Tensor]); their names
     *     are overwritten, so one array must not be in two lists
     * @return the method's tensor, or its tuple's or list's tensors in order; empty for a method that returns a tensor
     *     list of none
     */
    public NDList call(NDManager scope, String method, Mode mode, Object... arguments) {
        try (NDManager own = scope.newSubManager()) {
            NDList inputs = new NDList();
            NDArray marker = own.create(0);
            marker.setName("module_method:" + method);
            inputs.add(marker);
            for (int i = 0; i < arguments.length; i++) {
                add(inputs, i, arguments[i]);
            }
            NDList results = run(inputs, mode);
            results.attach(scope);
            return results;
        }
    }

    private NDList run(NDList inputs, Mode mode) {
        if (mode == Mode.INFERENCE) {
            return block.forward(noParameters, inputs, false);
        }
        boolean before = JniUtils.isGradMode();
        JniUtils.setGradMode(mode == Mode.GRADIENT);
        try {
            return block.forward(noParameters, inputs, true);
        } finally {
            JniUtils.setGradMode(before);
        }
    }

    private static void add(NDList inputs, int position, Object argument) {
        switch (argument) {
            case NDArray array -> {
                array.setName(null);
                inputs.add(array);
            }
            case List<?> list -> {
                if (list.isEmpty()) {
                    throw new IllegalArgumentException("argument " + position + " is an empty list");
                }
                // One name a position: DJL gathers the arrays of the same name into one list.
                String name = "a" + position + "[]";
                for (Object element : list) {
                    NDArray array = (NDArray) element;
                    array.setName(name);
                    inputs.add(array);
                }
            }
            default -> throw new IllegalArgumentException("argument " + position + " is no array and no list");
        }
    }

    @Override
    public void close() {
        model.close();
    }
}
