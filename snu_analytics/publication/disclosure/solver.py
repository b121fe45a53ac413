"""A linear program whose bounds and prices change; each solution starts from the last.

HiGHS as SciPy ships it. `scipy.optimize.linprog` would build and presolve the model anew each time,
which took forty times as long for the programs of a month.
"""

import numpy as np
from scipy.optimize._highspy import _core as highs
from scipy.sparse import csr_array


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
        self._solver = highs._Highs()
        self._solver.passOptions(options)
        self._solver.passModel(model)
        self.solved = 0

    def bound(self, row: int, lower: float, upper: float) -> None:
        """Give a row other bounds."""
        self._solver.changeRowBounds(int(row), float(lower), float(upper))

    def close(self, columns: np.ndarray) -> None:
        """Hold columns at zero."""
        zeros = np.zeros(len(columns))
        self._solver.changeColsBounds(len(columns), columns.astype(np.int32), zeros, zeros)

    def price(self, columns: np.ndarray, prices: np.ndarray) -> None:
        """Give columns other prices."""
        self._solver.changeColsCost(len(columns), columns.astype(np.int32), prices.astype(float))

    def solve(self) -> np.ndarray | None:
        """The columns of the least price; None where none meet the bounds."""
        self._solver.run()
        self.solved += 1
        if self._solver.getModelStatus() != highs.HighsModelStatus.kOptimal:
            return None
        return np.array(self._solver.getSolution().col_value)
