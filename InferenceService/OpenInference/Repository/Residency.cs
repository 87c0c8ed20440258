using System.Collections.Concurrent;
using InferenceService.Models;
using InferenceService.Registry;
using ServiceDefaults.Problems;

namespace InferenceService.OpenInference.Repository;

/// <summary>
/// Which of the models that the registry wants are kept out of this process's memory, because an admin said so. Nothing of
/// it is remembered: after a restart what the registry wants serves. Requests only order; the registry's follower acts.
/// </summary>
public sealed class Residency(ModelHost host, FollowerSignal signal, TimeProvider time)
{
    private const int MaxOrders = 32;
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(55); // the gateway waits 60
    private static readonly TimeSpan RetryUnloaded = TimeSpan.FromSeconds(30);

    private readonly ConcurrentDictionary<string, bool> unloaded = [];
    private readonly ConcurrentQueue<TaskCompletionSource> orders = [];

    /// <summary>What the registry wants served, as the follower heard it last.</summary>
    public LiveVersion[] Wanted { get; private set; } = [];

    public bool IsUnloaded(string model) => unloaded.ContainsKey(model);

    /// <exception cref="ProblemException">503: an admin unloaded it.</exception>
    public void ThrowIfUnloaded(string model)
    {
        if (IsUnloaded(model))
            throw ProblemException.Unavailable("model-unloaded", $"'{model}' is unloaded; an admin can load it again.", RetryUnloaded);
    }

    /// <summary>Returns when the model serves; at once when it does already.</summary>
    /// <exception cref="ProblemException">400: it can't be loaded. 404: the registry knows no such model. 503: not in time.</exception>
    public async Task LoadAsync(string model, CancellationToken cancellation)
    {
        if (!unloaded.TryRemove(model, out _) && host.Find(model) is not null)
            return;
        await OrderAsync(cancellation);
        if (host.Find(model) is not null)
            return;
        throw Wanted.Any(wanted => wanted.Model == model)
            ? new ProblemException(StatusCodes.Status400BadRequest, "model-not-loadable", $"'{model}' can't be loaded; the event model.loadfailed says why.")
            : Unknown(model);
    }

    /// <summary>Returns when the model's memory is given back, whoever used it being answered.</summary>
    /// <exception cref="ProblemException">404: no such model. 503: not in time.</exception>
    public async Task UnloadAsync(string model, CancellationToken cancellation)
    {
        if (host.Find(model) is null && Wanted.All(wanted => wanted.Model != model))
            throw Unknown(model);
        unloaded[model] = true;
        await OrderAsync(cancellation);
    }

    /// <summary>By the follower, before it looks at what should serve: the orders that the coming round will have carried out.</summary>
    internal IReadOnlyList<TaskCompletionSource> TakeOrders()
    {
        var taken = new List<TaskCompletionSource>();
        while (orders.TryDequeue(out var order))
            taken.Add(order);
        return taken;
    }

    /// <summary>By the follower: what should be in memory.</summary>
    internal LiveVersion[] Resident(LiveVersion[] live)
    {
        Wanted = live;
        return [.. live.Where(version => !IsUnloaded(version.Model))];
    }

    private async Task OrderAsync(CancellationToken cancellation)
    {
        if (orders.Count >= MaxOrders)
            throw NotNow("Too many models are being loaded or unloaded already.");
        var order = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        orders.Enqueue(order);
        signal.Notify();
        try
        {
            await order.Task.WaitAsync(Deadline, time, cancellation);
        }
        catch (TimeoutException)
        {
            throw NotNow("It is taking long; the model's readiness says when it is done.");
        }
    }

    private static ProblemException NotNow(string detail) => ProblemException.Unavailable("loading", detail, TimeSpan.FromSeconds(5));

    private static ProblemException Unknown(string model) =>
        new(StatusCodes.Status404NotFound, "unknown-model", $"There is no model '{model}'. POST /v2/repository/index lists them.");
}
