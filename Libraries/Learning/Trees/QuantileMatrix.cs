using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Learning.Data;

namespace Learning.Trees;

/// <summary>
/// Rows of a table as XGBoost keeps them for its histograms: a byte per cell, most of the time. They are handed over a few
/// thousand at a time, so that no second float copy of the table ever exists.
/// </summary>
internal sealed unsafe class QuantileMatrix : IDisposable
{
    private readonly Source source;
    private nint handle;

    /// <param name="labels">Of the same table.</param>
    /// <param name="reference">Whose bins are used, as those of validation rows must be the training's.</param>
    public QuantileMatrix(Table table, int[] rows, TreeLabels labels, int threads, QuantileMatrix? reference = null, CancellationToken cancellation = default)
    {
        source = new Source(table, rows, labels, cancellation);
        var self = GCHandle.Alloc(source);
        try
        {
            var answer = XgBoost.XGQuantileDMatrixCreateFromCallback(GCHandle.ToIntPtr(self), source.Proxy, reference?.handle ?? 0, &Reset, &Next,
                XgBoost.Text($$"""{"missing":NaN,"nthread":{{threads}},"max_bin":256}"""), out handle);
            if (source.Failure is { } failure)
                System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(failure);
            XgBoost.Check(answer, "XGQuantileDMatrixCreateFromCallback()");
        }
        catch
        {
            Dispose();
            throw;
        }
        finally
        {
            self.Free();
            source.Dispose();
        }
    }

    public nint Handle => handle;

    public void Dispose()
    {
        if (Interlocked.Exchange(ref handle, 0) is not 0 and var last)
            _ = XgBoost.XGDMatrixFree(last);
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void Reset(nint iterator) => ((Source)GCHandle.FromIntPtr(iterator).Target!).Reset();

    // No exception may pass through foreign frames: it waits until the call is back. 0 says that there is no more.
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Next(nint iterator)
    {
        var source = (Source)GCHandle.FromIntPtr(iterator).Target!;
        try
        {
            return source.Next() ? 1 : 0;
        }
        catch (Exception e)
        {
            source.Failure = e;
            return 0;
        }
    }

    private sealed class Source : IDisposable
    {
        private const int CellsAtOnce = 1 << 20;
        private readonly Table table;
        private readonly int[] rows;
        private readonly TreeLabels source;
        private readonly CancellationToken cancellation;
        private readonly int atOnce;
        private readonly TreeCells cells;
        private readonly float[] labels, weights;
        private int next;

        public Source(Table table, int[] rows, TreeLabels source, CancellationToken cancellation)
        {
            (this.table, this.rows, this.source, this.cancellation) = (table, rows, source, cancellation);
            atOnce = Math.Min(rows.Length, Math.Max(1, CellsAtOnce / table.Schema.Columns.Count));
            cells = new TreeCells(table.Schema, atOnce);
            labels = GC.AllocateUninitializedArray<float>(atOnce, pinned: true);
            weights = GC.AllocateUninitializedArray<float>(atOnce, pinned: true);
            XgBoost.Check(XgBoost.XGProxyDMatrixCreate(out var proxy));
            Proxy = proxy;
        }

        public nint Proxy { get; }

        public Exception? Failure { get; set; }

        public void Reset() => next = 0;

        public bool Next()
        {
            cancellation.ThrowIfCancellationRequested();
            if (next == rows.Length || Failure is not null)
                return false;
            var some = rows.AsSpan(next, Math.Min(atOnce, rows.Length - next));
            next += some.Length;
            source.Load(some, labels, weights);
            XgBoost.Check(XgBoost.XGProxyDMatrixSetDataDense(Proxy, cells.Load(table, some)));
            SetInfo("label", labels, some.Length);
            if (source.AreWeighted)
                SetInfo("weight", weights, some.Length);
            cells.DescribeTo(Proxy);
            return true;
        }

        public void Dispose() => _ = XgBoost.XGDMatrixFree(Proxy);

        private void SetInfo(string field, float[] values, int count) =>
            XgBoost.Check(XgBoost.XGDMatrixSetInfoFromInterface(Proxy, XgBoost.Text(field), XgBoost.Array((void*)Marshal.UnsafeAddrOfPinnedArrayElement(values, 0), "<f4", count)));
    }
}
