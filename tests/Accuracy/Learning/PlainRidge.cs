using Learning.Data;

namespace Accuracy.Learning;

/// <summary>Ridge regression as a textbook has it, to compare with: every feature written out, a bias beside them, and Gauss's elimination.</summary>
internal sealed class PlainRidge
{
    private readonly (int Column, Func<float, double> Of)[] features;
    private readonly double[] weights;

    private PlainRidge((int, Func<float, double>)[] features, double[] weights) => (this.features, this.weights) = (features, weights);

    /// <param name="rows">Of which no cell is missing.</param>
    public static PlainRidge Fit(Table table, int[] rows, double l2)
    {
        (int Column, Func<float, double> Of)[] features = [.. table.Schema.Columns.Index().SelectMany(column => FeaturesOf(table, rows, column.Index))];
        var n = features.Length + 1;
        var system = new double[n, n + 1];
        var x = new double[n];
        foreach (var row in rows)
        {
            Encode(features, table, row, x);
            for (var i = 0; i < n; i++)
            {
                for (var j = 0; j < n; j++)
                    system[i, j] += x[i] * x[j] / rows.Length;
                system[i, n] += x[i] * table.Targets[row] / rows.Length;
            }
        }
        for (var i = 0; i < features.Length; i++)
            system[i, i] += l2;
        return new PlainRidge(features, Solve(system, n));
    }

    public double Predict(Table table, int row)
    {
        var x = new double[weights.Length];
        Encode(features, table, row, x);
        return x.Zip(weights, (value, weight) => value * weight).Sum();
    }

    private static IEnumerable<(int, Func<float, double>)> FeaturesOf(Table table, int[] rows, int column)
    {
        if (table.Schema.Columns[column].Kind == ColumnKind.Category)
            return Enumerable.Range(0, table.Schema.Columns[column].Values.Count).Select(value => (column, (Func<float, double>)(cell => cell == value ? 1 : 0)));
        double[] cells = [.. rows.Select(row => (double)table.Column(column)[row])];
        var mean = cells.Average();
        var deviation = Math.Sqrt(cells.Average(cell => (cell - mean) * (cell - mean)));
        return [(column, cell => (cell - mean) / deviation)];
    }

    // The bias is the last.
    private static void Encode((int Column, Func<float, double> Of)[] features, Table table, int row, double[] x)
    {
        for (var i = 0; i < features.Length; i++)
            x[i] = features[i].Of(table.Column(features[i].Column)[row]);
        x[^1] = 1;
    }

    private static double[] Solve(double[,] system, int n)
    {
        for (var pivot = 0; pivot < n; pivot++)
        {
            var best = Enumerable.Range(pivot, n - pivot).MaxBy(row => Math.Abs(system[row, pivot]));
            for (var j = 0; j <= n; j++)
                (system[pivot, j], system[best, j]) = (system[best, j], system[pivot, j]);
            for (var row = 0; row < n; row++)
            {
                if (row == pivot)
                    continue;
                var factor = system[row, pivot] / system[pivot, pivot];
                for (var j = pivot; j <= n; j++)
                    system[row, j] -= factor * system[pivot, j];
            }
        }
        return [.. Enumerable.Range(0, n).Select(i => system[i, n] / system[i, i])];
    }
}
