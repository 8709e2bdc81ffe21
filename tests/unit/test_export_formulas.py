"""Which formulas stand in LaTeX as formulas."""

import pytest

from pipeline.adapters.export_formulas import is_mathematics


@pytest.mark.parametrize(
    "formula",
    [
        "E = mc^2",
        r"\frac{\partial u}{\partial t} = \alpha\,\nabla^2 u, \quad u \in C^\infty(\Omega)",
        r"\operatorname*{arg\,max}_{\theta \in \mathbb{R}^n} \sum_{i=1}^N \log p(x \mid \theta)",
        r"\left\{ \begin{array}{@{}l} \text{若 } x \ge 0, 1 \\ \text{else } 0 \end{array} \right.",
        r"\begin{align*} a &= b \tag{1}\\[2pt] \begin {pmatrix} c \end {pmatrix} & \end{align*}",
        r"A \xrightarrow[\Delta]{\mathrm{H_2O}} B \rightleftharpoons C \Longleftrightarrow D E",
        r"\bigl\lVert \hat{\boldsymbol{\beta}} - \vec{v} \bigr\rVert_2 \lesssim \sqrt[3]{n}",
        r"\lim\limits_{n \to \infty} \tfrac12 \hookleftarrow E",
        r"\{x : x_{a@b} \not\subseteq \overline{Y}\} \implies P_1",
    ],
)
def test_mathematics_is_known(formula: str) -> None:
    assert is_mathematics(formula)


@pytest.mark.parametrize(
    "formula",
    [
        r"\input{/etc/passwd}",
        r"\alpha\\\input x",
        r"\makeatletter",
        r"\@nameuse{input}",
        r"\ExplSyntaxOn",
        r"\use:c{input}",
        r"\INPUT",
        r"\begin{filecontents}{x}",
        r"\begin\relax{matrix}",
        r"\end{document}",
        "x^^5cinput y",
        r"\text{\write18{x}}",
        r"\def\x{1}",
        r"\catcode`\%=12",
        "\\输",
        "\\",
        r"x\\" + "\\",
        r"\myown{x}",
    ],
)
def test_whatever_else_a_command_is_it_is_none_of_mathematics(formula: str) -> None:
    assert not is_mathematics(formula)
