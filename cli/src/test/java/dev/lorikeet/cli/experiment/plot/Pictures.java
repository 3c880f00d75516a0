package dev.lorikeet.cli.experiment.plot;

import java.io.StringReader;
import java.util.ArrayList;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.InputSource;

/** Looks into SVG pictures. */
public final class Pictures {
    private Pictures() {}

    /** The picture as XML; fails if it is none. */
    public static Document parse(String svg) {
        try {
            DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
            return factory.newDocumentBuilder().parse(new InputSource(new StringReader(svg)));
        } catch (Exception e) {
            throw new AssertionError("not well-formed: " + svg, e);
        }
    }

    /** Elements of a name and a class. */
    public static int count(Document picture, String element, String style) {
        NodeList found = picture.getElementsByTagName(element);
        int count = 0;
        for (int i = 0; i < found.getLength(); i++) {
            count += ((Element) found.item(i)).getAttribute("class").equals(style) ? 1 : 0;
        }
        return count;
    }

    /** What is written in it. */
    public static List<String> texts(Document picture) {
        NodeList found = picture.getElementsByTagName("text");
        List<String> texts = new ArrayList<>();
        for (int i = 0; i < found.getLength(); i++) {
            texts.add(found.item(i).getTextContent());
        }
        return texts;
    }
}
