"""A linear program whose bounds and prices change; each solution starts from the last.

HiGHS as SciPy ships it. `scipy.optimize.linprog` would build and presolve the model anew each time,
which took forty times as long for the programs of a month.
"""

import numpy as np
from scipy.optimize._highspy import _core as highs
from scipy.sparse import csr_array

from snu_analytics.publication.disclosure.threads import raise_if_ended

_BASIC, _LOWER = highs.HighsBasisStatus.kBasic, highs.HighsBasisStatus.kLower


class Program:
    """Columns with prices and bounds, and rows with bounds: what makes the price least."""

    def __init__(
        self, rows: csr_array, row_bounds: np.ndarray, prices: np.ndarray, upper: np.ndarray
    ) -> None:
        model = highs.HighsLp()
        count, columns = rows.shape
        model.num_col_, model.num_row_ = columns, count
        model.col_cost_ = prices
        model.col_lower_, model.col_upper_ = np.zeros(columns), upper
        model.row_lower_, model.row_upper_ = row_bounds[0], row_bounds[1]
        matrix = model.a_matrix_
        matrix.format_ = highs.MatrixFormat.kRowwise
        matrix.num_col_, matrix.num_row_ = columns, count
        matrix.start_, matrix.index_ = rows.indptr.astype(np.int32), rows.indices.astype(np.int32)
        matrix.value_ = rows.data.astype(float)
        options = highs.HighsOptions()
        options.output_flag = options.log_to_console = False
        options.threads = 1
        options.simplex_strategy = 0  # chosen by what the last basis still meets
        self._solver = highs._Highs()
        self._solver.passOptions(options)
        # Perturbed, the programs of a campaign took a third more steps.
        for perturbed in ("dual_simplex_cost", "primal_simplex_bound"):
            self._solver.setOptionValue(f"{perturbed}_perturbation_multiplier", 0.0)
        self._solver.passModel(model)
        self.solved = self.iterations = 0

    def bound(self, row: int, lower: float, upper: float) -> None:
        """Give a row other bounds."""
        self._solver.changeRowBounds(int(row), float(lower), float(upper))

    def free(self, rows: np.ndarray, columns: np.ndarray, lower: float) -> None:
        """Bound rows from below alone, and hold at zero the columns by which each gave way.

        `columns` has those of each row below it. What else the last solution holds stays as it is
        and meets the bounds: the row takes the place of its column in the basis.
        """
        every = columns.ravel().astype(np.int32)
        basis = self._solver.getBasis()
        of_columns, of_rows = list(basis.col_status), list(basis.row_status)
        for row, own in zip(rows, columns.T, strict=True):
            gave_way = any(of_columns[column] == _BASIC for column in own)
            of_rows[row] = _BASIC if gave_way else _LOWER
            for column in own:
                of_columns[column] = _LOWER
            self._solver.changeRowBounds(int(row), float(lower), np.inf)
        zeros = np.zeros(len(every))
        self._solver.changeColsBounds(len(every), every, zeros, zeros)
        basis.col_status, basis.row_status = of_columns, of_rows
        self._solver.setBasis(basis)

    def price(self, columns: np.ndarray, prices: np.ndarray) -> None:
        """Give columns other prices."""
        self._solver.changeColsCost(len(columns), columns.astype(np.int32), prices.astype(float))

    def solve(self) -> np.ndarray | None:
        """The columns of the least price; None where none meet the bounds."""
        raise_if_ended()
        # In one go: stopped every 500 steps and started again from there, the programs of a
        # November of 20,000 people went in circles and never ended.
        self._solver.run()
        self.solved += 1
        self.iterations += self._solver.getInfo().simplex_iteration_count
        if self._solver.getModelStatus() != highs.HighsModelStatus.kOptimal:
            return None
        return np.array(self._solver.getSolution().col_value)
