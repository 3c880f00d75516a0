package dev.lorikeet.trainer.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.Duration;
import dev.lorikeet.proto.trainer.v1.Assignment;
import dev.lorikeet.proto.trainer.v1.Cancellation;
import dev.lorikeet.proto.trainer.v1.LeaseExtension;
import dev.lorikeet.proto.trainer.v1.Preemption;
import dev.lorikeet.proto.trainer.v1.TrainerCommand;
import dev.lorikeet.tenancy.JobId;
import dev.lorikeet.trainer.attempt.AttemptKey;
import dev.lorikeet.trainer.attempt.Command;
import dev.lorikeet.trainer.attempt.Identity;
import dev.lorikeet.trainer.attempt.Order;
import dev.lorikeet.trainer.attempt.TrainingJob;
import dev.lorikeet.trainer.method.EngineMethod;
import org.junit.jupiter.api.Test;

class OrderReaderTest {
    private static final AttemptKey ATTEMPT = new AttemptKey(new JobId("j-a"), 2);

    private final OrderReader reader = new OrderReader("lorikeet");

    @Test
    void assignmentIsReadWhole() throws OrderReader.UnreadableOrder {
        Assignment labelled = assignment().toBuilder()
                .setRequest(
                        assignment().getRequest().toBuilder().addLabels("no").addLabels("yes"))
                .build();
        Order order = read(Requests.command().setAssign(labelled));

        assertThat(order).isInstanceOfSatisfying(Order.Assign.class, assign -> {
            assertThat(assign.attempt()).isEqualTo(ATTEMPT);
            assertThat(assign.assignment().tenant()).hasToString("acme");
            assertThat(assign.assignment().lease()).isEqualTo(java.time.Duration.ofMillis(30_500));
            TrainingJob job = assign.assignment().job();
            assertThat(job.adapter()).hasToString("triage");
            assertThat(job.dataset().sha256()).isEqualTo("ab".repeat(32));
            assertThat(EngineMethod.of(job).name()).isEqualTo("lora");
            assertThat(EngineMethod.of(job).labels()).containsExactly("no", "yes");
            assertThat(job.hyperparameters().schedule()).isEqualTo(TrainingJob.Schedule.LINEAR);
            assertThat(job.hyperparameters().warmupSteps()).isEqualTo(-1);
            assertThat(job.seed()).isEqualTo(7);
            assertThat(job.metadata()).containsEntry("team", "support");
        });
    }

    @Test
    void addresseeComesAlong() throws OrderReader.UnreadableOrder {
        Command.Obey command = reader.read(Requests.command()
                .setCancel(Cancellation.newBuilder().setJob("j-a").setAttempt(2))
                .build()
                .toByteArray());

        assertThat(command.to()).isEqualTo(new Identity("trainer-1", "life-1"));
    }

    @Test
    void otherOrdersNameTheirAttempt() throws OrderReader.UnreadableOrder {
        assertThat(read(Requests.command()
                        .setCancel(Cancellation.newBuilder().setJob("j-a").setAttempt(2))))
                .isEqualTo(new Order.Cancel(ATTEMPT));
        assertThat(read(Requests.command()
                        .setPreempt(Preemption.newBuilder().setJob("j-a").setAttempt(2))))
                .isEqualTo(new Order.Preempt(ATTEMPT));
        assertThat(read(Requests.command()
                        .setExtend(LeaseExtension.newBuilder()
                                .setJob("j-a")
                                .setAttempt(2)
                                .setLease(Duration.newBuilder().setSeconds(9)))))
                .isEqualTo(new Order.Extend(ATTEMPT, java.time.Duration.ofSeconds(9)));
    }

    @Test
    void assignmentThatCannotRunIsRefusedByName() throws OrderReader.UnreadableOrder {
        Assignment foreign = assignment().toBuilder()
                .setRequest(assignment().getRequest().toBuilder()
                        .setDatasetUri("s3://lorikeet/tenants/globex/datasets/" + "ab".repeat(32) + ".jsonl"))
                .build();
        Assignment rankless = assignment().toBuilder()
                .setRequest(Requests.request("triage", "tiny", "ab".repeat(32)).toBuilder()
                        .setMethod(dev.lorikeet.proto.training.v1.Method.newBuilder()
                                .setLora(dev.lorikeet.proto.training.v1.LoraMethod.newBuilder()
                                        .addTargetModules("q_proj"))))
                .build();

        assertThat(read(Requests.command().setAssign(foreign)))
                .isInstanceOfSatisfying(
                        Order.Refuse.class,
                        refuse -> assertThat(refuse.reason()).contains("another tenant"));
        assertThat(read(Requests.command().setAssign(rankless)))
                .isInstanceOfSatisfying(
                        Order.Refuse.class,
                        refuse -> assertThat(refuse.reason()).contains("method: r must be"));
    }

    @Test
    void whatIsNoOrderIsUnreadable() {
        assertThatThrownBy(() -> reader.read(new byte[] {1, 2, 3})).isInstanceOf(OrderReader.UnreadableOrder.class);
        assertThatThrownBy(() -> reader.read(Requests.command().build().toByteArray()))
                .isInstanceOf(OrderReader.UnreadableOrder.class)
                .hasMessageContaining("no command");
        assertThatThrownBy(() -> reader.read(Requests.command()
                        .setCancel(Cancellation.newBuilder().setJob("../x").setAttempt(1))
                        .build()
                        .toByteArray()))
                .isInstanceOf(OrderReader.UnreadableOrder.class);
    }

    private Order read(TrainerCommand.Builder command) throws OrderReader.UnreadableOrder {
        return reader.read(command.build().toByteArray()).order();
    }

    private static Assignment assignment() {
        return Requests.assignment("j-a", 2, Requests.request("triage", "tiny", "ab".repeat(32)));
    }
}
