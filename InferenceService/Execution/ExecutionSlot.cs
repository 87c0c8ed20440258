namespace InferenceService.Execution;

/// <summary>
/// The buffers of one run at a time, owned by one thread: <see cref="Prepare"/>, fill the inputs, <see cref="Run"/>,
/// read the outputs. Once warm for a shape and a count, none of them allocates.
/// </summary>
public sealed class ExecutionSlot : IDisposable
{
    // Each shape holds buffers for a full batch, so a caller who sends ever new shapes must not grow them without bound.
    private const int MaxShapes = 8;
    private readonly LoadedSession session;
    private readonly Dictionary<ItemShape, ShapeBindings> shapes = [];
    private ShapeBindings? current;
    private int count;
    private long clock;
    private bool disposed;

    internal ExecutionSlot(LoadedSession session, int maxBatchSize)
    {
        session.Hold();
        (this.session, MaxBatchSize) = (session, maxBatchSize);
    }

    public int MaxBatchSize { get; }

    /// <param name="count">Items of the next run, 1 to <see cref="MaxBatchSize"/>.</param>
    public void Prepare(ItemShape shape, int count)
    {
        ObjectDisposedException.ThrowIf(disposed, this);
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, MaxBatchSize);
        current?.Forget();
        if (!shapes.TryGetValue(shape, out current))
            current = Add(shape);
        current.UsedAt = ++clock;
        this.count = count;
    }

    /// <summary>Where item <paramref name="index"/> of an input goes, little-endian, in C order.</summary>
    public Span<byte> Input(int input, int index) => Prepared(index).Input(input, index);

    /// <exception cref="Microsoft.ML.OnnxRuntime.OnnxRuntimeException">The model can't run these inputs.</exception>
    public void Run() => Prepared(0).Run(count);

    /// <summary>What the run gave for item <paramref name="index"/>; valid until the next <see cref="Prepare"/>.</summary>
    public ReadOnlySpan<byte> Output(int output, int index) => Prepared(index).Output(output, index);

    /// <summary>The shape of one item of an output; known once it ran.</summary>
    public ReadOnlySpan<int> OutputItemShape(int output) => Prepared(0).OutputItemShape(output);

    public void Dispose()
    {
        if (disposed)
            return;
        disposed = true;
        current = null;
        foreach (var shape in shapes.Values)
            shape.Dispose();
        session.Dispose();
    }

    private ShapeBindings Prepared(int index)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, count);
        return current ?? throw new InvalidOperationException("The slot is not prepared.");
    }

    private ShapeBindings Add(ItemShape shape)
    {
        if (shapes.Count == MaxShapes)
        {
            var oldest = shapes.MinBy(entry => entry.Value.UsedAt);
            oldest.Value.Dispose();
            shapes.Remove(oldest.Key);
        }
        return shapes[shape] = new ShapeBindings(session, shape, MaxBatchSize);
    }
}
