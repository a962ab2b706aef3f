"""A Pygments lexer of model files, for whoever shows them in colour. Pygments finds it by its entry point."""

from __future__ import annotations

from pygments.lexer import RegexLexer, bygroups, default, words
from pygments.token import Comment, Keyword, Name, Number, Operator, Punctuation, String, Text, Whitespace

_STATEMENTS = ("version", "input", "let", "include", "block", "repeat", "residual", "branch", "path", "no")
_SECTIONS = ("data", "augment", "train", "require", "sweep")


class ModelLexer(RegexLexer):  # type: ignore[misc]  # Pygments ships no types
    """Layers are told by their place: the word that a statement starts with, when it has a capital."""

    name = "cnndsl model"
    aliases = ["cnndsl"]  # noqa: RUF012 - as Pygments has them
    filenames = ["model.txt"]  # noqa: RUF012
    url = ""

    tokens = {  # noqa: RUF012
        "root": [
            (r"[\s;\ufeff]+", Whitespace),
            (r"#.*", Comment.Single),
            (r"[{}]", Punctuation),
            (r"([A-Za-z_]\w*)([ \t]*)(:)", bygroups(Name.Label, Whitespace, Punctuation)),
            (r"(block)([ \t]+)([A-Za-z_]\w*)", bygroups(Keyword, Whitespace, Name.Class), "rest"),
            (r"(let)([ \t]+)([A-Za-z_]\w*)", bygroups(Keyword, Whitespace, Name.Variable), "rest"),
            (words(_STATEMENTS, suffix=r"\b"), Keyword, "rest"),
            (words(_SECTIONS, suffix=r"\b(?=[ \t]*\{)"), Keyword.Namespace, "rest"),
            (r"[A-Z][\w.]*", Name.Function, "rest"),
            (r"(?=.)", bygroups(), "rest"),  # a `default` would match at the end of the text, again and again
        ],
        "rest": [
            (r"#.*", Comment.Single),
            (r"[ \t\r\u00a0]+", Whitespace),
            (r"([A-Za-z_][\w.]*)([ \t]*)(=)(?!=)", bygroups(Name.Attribute, Whitespace, Operator)),
            (r"(true|false)\b", Keyword.Constant),
            (r"as\b", Keyword),
            (r"[+-]?\d+(x\d+)+\b", Number.Integer),
            (r"[+-]?(\d[\d_]*\.\d*|\.\d+)([eE][+-]?\d+)?|[+-]?\d[\d_]*[eE][+-]?\d+", Number.Float),
            (r"[+-]?\d[\d_]*", Number.Integer),
            (r'"[^"\n]*"', String.Double),
            (r"\$[A-Za-z_]\w*", Name.Variable),
            (r"@[A-Za-z_]\w*", Name.Label),
            (r"[<>=]=?|[-+*/%]", Operator),
            (r"[()\[\],]", Punctuation),
            (r"[A-Za-z_][\w.]*", Name),
            (r"[^\n;{}]", Text),
            default("#pop"),
        ],
    }
