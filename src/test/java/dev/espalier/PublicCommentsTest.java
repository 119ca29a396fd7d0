package dev.espalier;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.source.tree.ClassTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.IdentifierTree;
import com.sun.source.tree.MethodTree;
import com.sun.source.tree.ModifiersTree;
import com.sun.source.tree.Tree;
import com.sun.source.tree.VariableTree;
import com.sun.source.util.DocTrees;
import com.sun.source.util.JavacTask;
import com.sun.source.util.TreePath;
import com.sun.source.util.TreePathScanner;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import javax.lang.model.element.Modifier;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;

/** Whoever programs against the library finds a comment on everything that is public. */
class PublicCommentsTest {
  private static final Path SOURCES = Path.of("src/main/java");

  /** The command line is documented by its help, and what is internal is nobody else's. */
  private static final Set<String> NOT_FOR_PROGRAMS =
      Set.of("dev.espalier.cli", "dev.espalier.kernels.internal");

  @Test
  void everythingPublicHasAComment() throws IOException {
    List<String> bare = new ArrayList<>();
    Set<String> packages = new HashSet<>();
    Set<String> described = new HashSet<>();
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, null);
        Stream<Path> tree = Files.walk(SOURCES)) {
      List<Path> sources = tree.filter(file -> file.toString().endsWith(".java")).toList();
      JavacTask task =
          (JavacTask)
              compiler.getTask(
                  null,
                  files,
                  null,
                  List.of("-proc:none"),
                  null,
                  files.getJavaFileObjectsFromPaths(sources));
      DocTrees comments = DocTrees.instance(task);
      for (CompilationUnitTree unit : task.parse()) {
        String name = unit.getPackageName().toString();
        if (NOT_FOR_PROGRAMS.contains(name)) {
          continue;
        }
        packages.add(name);
        if (unit.getSourceFile().isNameCompatible("package-info", unit.getSourceFile().getKind())
            && comments.getDocComment(new TreePath(new TreePath(unit), unit.getPackage()))
                != null) {
          described.add(name);
        }
        new Bare(comments, bare).scan(unit, null);
      }
    }
    assertTrue(packages.size() > 15, packages::toString);
    assertEquals(packages, described, "packages that have a comment");
    assertEquals(List.of(), bare);
  }

  /** Collects what is public and has no comment. */
  private static final class Bare extends TreePathScanner<Void, Void> {
    private final DocTrees comments;
    private final List<String> bare;

    Bare(DocTrees comments, List<String> bare) {
      this.comments = comments;
      this.bare = bare;
    }

    @Override
    public Void visitClass(ClassTree type, Void none) {
      if (isPublic(type.getModifiers())) {
        require(type.getSimpleName().toString());
        super.visitClass(type, none);
      }
      return null;
    }

    @Override
    public Void visitMethod(MethodTree method, Void none) {
      boolean inherits =
          method.getModifiers().getAnnotations().stream()
              .anyMatch(annotation -> annotation.getAnnotationType().toString().equals("Override"));
      if (isPublic(method.getModifiers()) && !inherits && !isConstructorOfRecord(method)) {
        require(enclosing().getSimpleName() + "." + method.getName());
      }
      return null;
    }

    @Override
    public Void visitVariable(VariableTree field, Void none) {
      if (isPublic(field.getModifiers()) && !isConstant(field)) {
        require(enclosing().getSimpleName() + "." + field.getName());
      }
      return null;
    }

    /** Its components are described with the record. */
    private boolean isConstructorOfRecord(MethodTree method) {
      return method.getReturnType() == null && enclosing().getKind() == Tree.Kind.RECORD;
    }

    /** They may be described with their enum. */
    private boolean isConstant(VariableTree field) {
      return enclosing().getKind() == Tree.Kind.ENUM
          && field.getType() instanceof IdentifierTree type
          && type.getName().equals(enclosing().getSimpleName());
    }

    private ClassTree enclosing() {
      return (ClassTree) getCurrentPath().getParentPath().getLeaf();
    }

    private boolean isPublic(ModifiersTree modifiers) {
      Tree parent = getCurrentPath().getParentPath().getLeaf();
      boolean implied = parent.getKind() == Tree.Kind.INTERFACE;
      return !modifiers.getFlags().contains(Modifier.PRIVATE)
          && (implied
              || modifiers.getFlags().contains(Modifier.PUBLIC)
              || modifiers.getFlags().contains(Modifier.PROTECTED));
    }

    private void require(String what) {
      if (comments.getDocComment(getCurrentPath()) == null) {
        bare.add(getCurrentPath().getCompilationUnit().getPackageName() + "." + what);
      }
    }
  }
}
