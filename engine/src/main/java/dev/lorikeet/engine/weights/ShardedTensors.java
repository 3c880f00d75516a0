package dev.lorikeet.engine.weights;

import java.lang.foreign.MemorySegment;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Several safetensors files as one store. */
final class ShardedTensors implements TensorStore {
    private final Map<String, SafetensorsFile> where;
    private final List<SafetensorsFile> shards;

    ShardedTensors(Map<String, SafetensorsFile> where, List<SafetensorsFile> shards) {
        this.where = Map.copyOf(where);
        this.shards = List.copyOf(shards);
    }

    @Override
    public Collection<TensorInfo> tensors() {
        return shards.stream().flatMap(shard -> shard.tensors().stream()).toList();
    }

    @Override
    public boolean has(String name) {
        return where.containsKey(name);
    }

    @Override
    public TensorInfo info(String name) {
        return shard(name).info(name);
    }

    @Override
    public MemorySegment bytes(String name) {
        return shard(name).bytes(name);
    }

    @Override
    public float[] row(String name, int row) {
        return shard(name).row(name, row);
    }

    private SafetensorsFile shard(String name) {
        @Nullable SafetensorsFile shard = where.get(name);
        if (shard == null) {
            throw new IllegalArgumentException("no shard has a tensor '" + name + "'");
        }
        return shard;
    }

    @Override
    public void close() {
        shards.forEach(SafetensorsFile::close);
    }
}
