using Microsoft.ML.OnnxRuntime;

namespace InferenceService.Execution;

/// <summary>One loaded file: its session, what it takes and gives, and how it is best run. Slots may be created from any thread.</summary>
public sealed class OnnxModel : IDisposable
{
    private readonly LoadedSession session;
    private readonly List<ExecutionSlot> warm = [];

    /// <exception cref="InvalidDataException">The model does not run; the message says for how many items.</exception>
    internal OnnxModel(LoadedSession session, ExecutionSettings settings)
    {
        (this.session, Settings) = (session, settings);
        Outputs = session.Signature.Outputs;
        try
        {
            for (var i = 0; i < settings.Slots; i++)
                warm.Add(WarmSlot());
            if (FixedShape is not null)
                Outputs = [.. session.Signature.Outputs.Select((output, i) => output with { ItemShape = warm[0].OutputItemShape(i).ToArray() })];
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public IReadOnlyList<TensorSpec> Inputs => session.Signature.Inputs;

    /// <summary>Those that are asked for: the manifest's, or all. Shapes that the graph leaves open are as the warm-up found them.</summary>
    public IReadOnlyList<TensorSpec> Outputs { get; }

    /// <summary>False: a run takes one item, whose shapes are the graph's own.</summary>
    public bool HasBatchAxis => session.Signature.HasBatchAxis;

    public int MaxBatchSize => Settings.MaxBatchSize;

    /// <summary>How many runs at once.</summary>
    public int SlotCount => Settings.Slots;

    /// <summary>The only shape that items can have; null when callers choose it.</summary>
    public ItemShape? FixedShape => session.Signature.FixedShape;

    /// <summary><c>CPU</c> or <c>CUDA:0</c>.</summary>
    public string Provider => session.Provider.Name;

    public ExecutionSettings Settings { get; }

    /// <summary>Warm, when the shape is fixed. A slot keeps the session open: dispose both.</summary>
    public ExecutionSlot CreateSlot()
    {
        lock (warm)
        {
            if (warm.Count > 0)
            {
                var slot = warm[^1];
                warm.RemoveAt(warm.Count - 1);
                return slot;
            }
        }
        return WarmSlot();
    }

    public void Dispose()
    {
        lock (warm)
        {
            warm.ForEach(slot => slot.Dispose());
            warm.Clear();
        }
        session.Dispose();
    }

    private ExecutionSlot WarmSlot()
    {
        var slot = new ExecutionSlot(session, MaxBatchSize);
        try
        {
            if (FixedShape is not null)
                WarmUp(slot, FixedShape);
            return slot;
        }
        catch
        {
            slot.Dispose();
            throw;
        }
    }

    // The largest batch first, so that memory is taken once; one item last, so that the first caller's run is a warm one.
    private static void WarmUp(ExecutionSlot slot, ItemShape shape)
    {
        foreach (var count in new[] { slot.MaxBatchSize, 1 }.Distinct())
        {
            try
            {
                slot.Prepare(shape, count);
                slot.Run();
                slot.Run(); // a shape that the first run tells is bound for the second
            }
            catch (OnnxRuntimeException e)
            {
                throw new InvalidDataException($"The model fails on a batch of {count} (zeros): {e.Message}", e);
            }
        }
    }
}
