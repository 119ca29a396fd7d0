package dev.espalier.report.html;

import static j2html.TagCreator.body;
import static j2html.TagCreator.document;
import static j2html.TagCreator.footer;
import static j2html.TagCreator.h1;
import static j2html.TagCreator.head;
import static j2html.TagCreator.html;
import static j2html.TagCreator.main;
import static j2html.TagCreator.meta;
import static j2html.TagCreator.rawHtml;
import static j2html.TagCreator.title;

import dev.espalier.kernels.Kernels;
import j2html.tags.DomContent;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/** A whole document, its style sheet inside. */
final class Page {
  private static final String STYLE = style();

  private Page() {}

  /** The document in UTF-8. */
  static byte[] of(String heading, DomContent... sections) {
    return document(
            html(
                    head(
                        meta().withCharset("utf-8"),
                        meta()
                            .withName("viewport")
                            .withContent("width=device-width, initial-scale=1"),
                        title(heading + " · Espalier"),
                        j2html.TagCreator.style(rawHtml(STYLE))),
                    body(main(h1(heading)).with(sections), footer("Espalier " + Kernels.version())))
                .withLang("en"))
        .getBytes(StandardCharsets.UTF_8);
  }

  private static String style() {
    try (InputStream css = Page.class.getResourceAsStream("page.css")) {
      return new String(css.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
