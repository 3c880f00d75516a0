package dev.lorikeet.engine.script;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * Writes the archive that libtorch loads as a module: a zip of stored entries, the state as a pickle (protocol 2), the
 * code as source. Format: caffe2/serialize/inline_container.h and torch/csrc/jit/serialization/unpickler.cpp.
 */
final class ScriptArchive {
    private ScriptArchive() {}

    static byte[] write(ScriptSource source) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
            entry(zip, "m/data.pkl", state(source));
            entry(zip, "m/code/__torch__.py", source.moduleCode().getBytes(StandardCharsets.UTF_8));
            // An empty tuple: no constants.
            entry(zip, "m/constants.pkl", new byte[] {(byte) 0x80, 2, ')', '.'});
            entry(zip, "m/version", "3\n".getBytes(StandardCharsets.UTF_8));
            entry(zip, "m/byteorder", "little".getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    /** The module object: its class, then a dictionary of its attributes. */
    private static byte[] state(ScriptSource source) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(bytes);
        out.write(new byte[] {(byte) 0x80, 2});
        out.writeBytes("c__torch__\nM\n");
        out.writeBytes(")");
        out.write(0x81);
        out.writeBytes("}(");
        string(out, "training");
        out.write(0x88);
        for (Map.Entry<String, Object> constant : source.constants().entrySet()) {
            string(out, constant.getKey());
            value(out, constant.getValue());
        }
        for (String list : source.lists().keySet()) {
            string(out, list);
            // An untyped list: a method must assign the attribute before another reads it.
            out.writeBytes("]");
        }
        out.writeBytes("ub.");
        return bytes.toByteArray();
    }

    private static void value(DataOutputStream out, Object value) throws IOException {
        if (value instanceof Boolean flag) {
            out.write(flag ? 0x88 : 0x89);
        } else if (value instanceof Double number) {
            out.writeBytes("G");
            out.writeDouble(number);
        } else if (value instanceof Long number) {
            // LONG1: eight bytes, little endian.
            out.write(0x8a);
            out.write(8);
            out.writeLong(Long.reverseBytes(number));
        } else {
            throw new IllegalStateException("no constant: " + value);
        }
    }

    private static void string(DataOutputStream out, String text) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        out.writeBytes("X");
        out.writeInt(Integer.reverseBytes(bytes.length));
        out.write(bytes);
    }

    private static void entry(ZipOutputStream zip, String name, byte[] content) throws IOException {
        ZipEntry entry = new ZipEntry(name);
        CRC32 crc = new CRC32();
        crc.update(content);
        entry.setMethod(ZipEntry.STORED);
        entry.setSize(content.length);
        entry.setCompressedSize(content.length);
        entry.setCrc(crc.getValue());
        zip.putNextEntry(entry);
        zip.write(content);
        zip.closeEntry();
    }
}
