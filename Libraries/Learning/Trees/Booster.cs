using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using Learning.Data;

namespace Learning.Trees;

/// <summary>XGBoost's model: grows by a round at a time. One caller at a time.</summary>
internal sealed unsafe class Booster : IDisposable
{
    private nint handle;

    public Booster(IReadOnlyList<QuantileMatrix> matrices, IEnumerable<(string Name, object Value)> parameters)
    {
        XgBoost.Check(XgBoost.XGBoosterCreate([.. matrices.Select(matrix => matrix.Handle)], (ulong)matrices.Count, out handle));
        foreach (var (name, value) in parameters)
            XgBoost.Check(XgBoost.XGBoosterSetParam(handle, XgBoost.Text(name), XgBoost.Text(string.Create(CultureInfo.InvariantCulture, $"{value}"))));
    }

    public void Update(int round, QuantileMatrix train) => XgBoost.Check(XgBoost.XGBoosterUpdateOneIter(handle, round, train.Handle));

    /// <summary>The metric on one of the matrices.</summary>
    public double Evaluate(int round, QuantileMatrix matrix)
    {
        fixed (byte* name = XgBoost.Text("m"))
        {
            var names = (nint)name;
            XgBoost.Check(XgBoost.XGBoosterEvalOneIter(handle, round, [matrix.Handle], &names, 1, out var text));
            var told = Marshal.PtrToStringUTF8(text)!; // [0]	m-logloss:0.5123
            return double.Parse(told[(told.LastIndexOf(':') + 1)..], CultureInfo.InvariantCulture);
        }
    }

    /// <param name="rounds">Of how many rounds the trees count.</param>
    /// <returns><c>[rows,outputs]</c></returns>
    public float[] Predict(Table table, ReadOnlySpan<int> rows, int rounds, int outputs)
    {
        const int cellsAtOnce = 1 << 18;
        var atOnce = Math.Clamp(rows.Length, 1, Math.Max(1, cellsAtOnce / table.Schema.Columns.Count));
        var cells = new TreeCells(table.Schema, atOnce);
        var config = XgBoost.Text($$"""{"type":0,"training":false,"iteration_begin":0,"iteration_end":{{rounds}},"missing":NaN,"strict_shape":true,"cache_id":0}""");
        var predictions = new float[rows.Length * outputs];
        for (var from = 0; from < rows.Length; from += atOnce)
        {
            var some = rows.Slice(from, Math.Min(atOnce, rows.Length - from));
            XgBoost.Check(XgBoost.XGBoosterPredictFromDense(handle, cells.Load(table, some), config, 0, out _, out _, out var result));
            new ReadOnlySpan<float>(result, some.Length * outputs).CopyTo(predictions.AsSpan(from * outputs));
        }
        return predictions;
    }

    public JsonDocument ToJson()
    {
        XgBoost.Check(XgBoost.XGBoosterSaveModelToBuffer(handle, XgBoost.Text("""{"format":"json"}"""), out var length, out var content));
        var json = new ReadOnlySpan<byte>(content, checked((int)length)).ToArray();
        // The threshold of a node that splits off a category is NaN, which is no JSON; nobody reads it.
        for (int next = 0, found; (found = json.AsSpan(next).IndexOf("NaN"u8)) >= 0; next += found)
            "0.0"u8.CopyTo(json.AsSpan(next + found));
        return JsonDocument.Parse(json);
    }

    public void Dispose()
    {
        if (Interlocked.Exchange(ref handle, 0) is not 0 and var last)
            _ = XgBoost.XGBoosterFree(last);
    }
}
