using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json;
using NUnit.Framework;

namespace TestSupport;

/// <summary>An event as a subscriber outside the suite and outside .NET sees it.</summary>
public sealed record ReceivedEvent(string Key, string ContentType, string MessageId, JsonElement Headers, JsonElement Body);

/// <summary>Subscribes to the public exchange with Node and amqplib, over a durable queue that outlives an outage of the broker.</summary>
public sealed class OutsideSubscriber : IAsyncDisposable
{
    private static readonly TimeSpan StartDeadline = TimeSpan.FromSeconds(30);
    private readonly ConcurrentQueue<ReceivedEvent> events = new();
    private readonly TaskCompletionSource ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Process process;

    private OutsideSubscriber(Process process) => this.process = process;

    public IReadOnlyCollection<ReceivedEvent> Events => events;

    /// <param name="bindingKey">For example <c>prediction.made</c> or <c>#</c>.</param>
    public static async Task<OutsideSubscriber> StartNewAsync(string amqpUri, string bindingKey)
    {
        var start = new ProcessStartInfo("node", [Repository.Path("tests", "TestSupport", "outside-subscriber.mjs"), amqpUri, bindingKey])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        var subscriber = new OutsideSubscriber(Process.Start(start)!);
        subscriber.Read();
        await subscriber.ready.Task.WaitAsync(StartDeadline);
        return subscriber;
    }

    /// <summary>The first event of that key about that id, waiting for it.</summary>
    public Task<ReceivedEvent> WaitForAsync(string key, Guid id, TimeSpan? deadline = null) => WaitForAsync(
        $"{key} about {id}", e => e.Key == key && e.Body.TryGetProperty("id", out var found) && found.GetGuid() == id, deadline);

    public async Task<ReceivedEvent> WaitForAsync(string what, Func<ReceivedEvent, bool> isRight, TimeSpan? deadline = null) =>
        (await Eventually.SeeAsync(what, () => Task.FromResult(events.FirstOrDefault(isRight)), found => found is not null, deadline))!;

    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited)
        {
            process.StandardInput.Close();
            using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(10));
            try
            {
                await process.WaitForExitAsync(deadline.Token);
            }
            catch (OperationCanceledException)
            {
                process.Kill();
            }
        }
        process.Dispose();
    }

    private void Read()
    {
        process.OutputDataReceived += (_, line) =>
        {
            if (line.Data is null)
                ready.TrySetException(new AssertionException("The outside subscriber ended before it was ready."));
            else if (line.Data == "\"ready\"")
                ready.TrySetResult();
            else
                events.Enqueue(JsonSerializer.Deserialize<ReceivedEvent>(line.Data, JsonSerializerOptions.Web)!);
        };
        process.ErrorDataReceived += (_, line) =>
        {
            if (line.Data is not null)
                TestContext.Progress.WriteLine($"outside subscriber: {line.Data}");
        };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }
}
