package dev.lorikeet.scheduler.decision;

import dev.lorikeet.scheduler.decision.Observation.Capacity;
import dev.lorikeet.scheduler.job.TrainerLife;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * The trainers that were heard of. A trainer has one life at a time: the newest that announced itself; its former
 * lives are never listened to again. Owned by the state's thread.
 */
final class Fleet {
    private static final int REMEMBERED_LIVES = 16;

    /** A trainer as it was last heard of. */
    record Trainer(TrainerLife life, Capacity capacity, Instant heardAt, boolean draining) {}

    private final Map<String, Trainer> trainers = new TreeMap<>();
    private final Map<String, Deque<String>> former = new HashMap<>();

    Optional<Trainer> trainer(String id) {
        return Optional.ofNullable(trainers.get(id));
    }

    List<Trainer> trainers() {
        return new ArrayList<>(trainers.values());
    }

    boolean isFormer(TrainerLife life) {
        Deque<String> lives = former.get(life.trainer());
        return lives != null && lives.contains(life.incarnation());
    }

    /** Trainers that take work now. */
    List<Trainer> open(Instant now, Duration silence) {
        return trainers.values().stream()
                .filter(trainer -> !trainer.draining() && isLive(trainer, now, silence))
                .toList();
    }

    static boolean isLive(Trainer trainer, Instant now, Duration silence) {
        return trainer.heardAt().plus(silence).isAfter(now);
    }

    void heard(Observation.TrainerHeard heard) {
        Trainer known = trainers.get(heard.life().trainer());
        if (known != null && !known.life().equals(heard.life())) {
            Deque<String> lives = former.computeIfAbsent(heard.life().trainer(), _ -> new ArrayDeque<>());
            lives.addLast(known.life().incarnation());
            if (lives.size() > REMEMBERED_LIVES) {
                lives.removeFirst();
            }
            known = null;
        }
        Capacity before = known == null ? new Capacity(0, Set.of()) : known.capacity();
        boolean draining = known != null && known.draining();
        trainers.put(
                heard.life().trainer(),
                new Trainer(heard.life(), heard.capacity().orElse(before), heard.at(), draining));
    }

    void draining(TrainerLife life) {
        trainers.computeIfPresent(
                life.trainer(),
                (_, known) ->
                        known.life().equals(life) ? new Trainer(life, known.capacity(), known.heardAt(), true) : known);
    }

    void forget(String trainer) {
        trainers.remove(trainer);
        former.remove(trainer);
    }
}
