package dev.lorikeet.engine.script;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.JniUtils;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ScriptTest {
    private static final String CODE = """
            def bind(self, W: List[Tensor]) -> Tensor:
                self.W = W
                return W[0]
            def affine(self, x: Tensor, more: List[Tensor]) -> Tuple[Tensor, Tensor]:
                y = x * self.scale + self.offset
                for t in more:
                    y = y + t
                if self.negate:
                    y = torch.neg(y)
                return (y, self.W[1])
            def square(self, x: Tensor) -> Tensor:
                return torch.sum(self.twice(x) * x)
            def twice(self, x: Tensor) -> Tensor:
                return x * 2
            def wrong(self, a: Tensor, b: Tensor) -> Tensor:
                return torch.matmul(a, b)
            """;

    private NDManager manager;
    private Script script;

    @BeforeAll
    void compile() {
        manager = TensorRuntime.newManager(Device.cpu());
        script = Script.compile(
                new ScriptSource(
                        List.of(CODE), Map.of("scale", 3L, "offset", 0.5, "negate", true), Map.of("W", "Tensor")),
                Device.cpu());
    }

    @AfterAll
    void close() {
        script.close();
        manager.close();
    }

    @Test
    void constantsListsAndTuplesReachTheScriptAndComeBack() {
        NDArray one = manager.create(new float[] {1, 2});
        NDArray two = manager.create(new float[] {10});
        script.call(manager, "bind", Script.Mode.NO_GRADIENT, List.of(one, two));

        NDList results = script.call(manager, "affine", Script.Mode.INFERENCE, one, List.of(two, two));

        assertThat(results.get(0).toFloatArray()).containsExactly(-23.5f, -26.5f);
        assertThat(results.get(1).toFloatArray()).containsExactly(10f);
    }

    @Test
    void gradientsFlowThroughACallOnlyInGradientMode() {
        NDArray x = manager.create(new float[] {3});
        x.setRequiresGradient(true);

        NDArray loss = script.call(manager, "square", Script.Mode.GRADIENT, x).head();
        JniUtils.backward((PtNDArray) loss, (PtNDArray) manager.ones(loss.getShape()), false, false);

        assertThat(x.getGradient().toFloatArray()).containsExactly(12f);
        NDArray without =
                script.call(manager, "square", Script.Mode.NO_GRADIENT, x).head();
        assertThat(JniUtils.requiresGrad((PtNDArray) without)).isFalse();
    }

    @Test
    void aWrongShapeIsAnExceptionThatShowsTheLine() {
        NDArray a = manager.create(new float[] {1, 2, 3});
        NDArray b = manager.create(new float[] {1, 2});

        assertThatThrownBy(() -> script.call(manager, "wrong", Script.Mode.INFERENCE, a, b))
                .hasMessageContaining("torch.matmul(a, b)");
    }

    @Test
    void sourceThatDoesNotCompileIsRefusedWithItsLine() {
        ScriptSource broken = new ScriptSource(
                List.of("def f(self, x: Tensor) -> Tensor:\n    return torch.no_such_operator(x)\n"),
                Map.of(),
                Map.of());

        assertThatThrownBy(() -> Script.compile(broken, Device.cpu()))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("no_such_operator");
    }
}
