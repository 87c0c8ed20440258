using System.Net;
using NUnit.Framework;
using TestSupport;

namespace EndToEnd.Predictions;

[TestFixture]
public sealed class DisconnectTests
{
    /// <summary>
    /// One principal's items run in their order. So when a later request of the same caller is answered, the earlier one's
    /// were run, or taken out because nobody waited for them; a request that ran to its end would be on record.
    /// </summary>
    [Test, CancelAfter(60_000)]
    public async Task Who_hangs_up_is_noticed_behind_the_gateway_and_leaves_nothing_on_record(CancellationToken cancellation)
    {
        using var caller = await Caller.RegisteredAsync();
        using var leaver = WithTheSameIdentity(caller);
        using var leaving = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var content = new SignallingContent(Caller.Form("file", [.. Enumerable.Range(0, 24).Select(i => TestImages.Png(1500, 1000 + i))]));
        var abandoned = leaver.PostAsync("/v1/models/mask-detector/predict", content, leaving.Token);
        await content.Sent.WaitAsync(cancellation);
        await leaving.CancelAsync();
        Assert.That(async () => await abandoned, Throws.InstanceOf<OperationCanceledException>());

        var kept = await caller.PredictAsync(TestImages.Png());

        using var listed = await caller.Http.GetAsync("/v1/predictions?limit=100", cancellation);
        var ids = (await listed.ReadJsonAsync()).GetProperty("items").EnumerateArray().Select(item => item.Id()).ToArray();
        Assert.That(ids, Is.EqualTo(new[] { kept.FirstItem().Id() }));
    }

    private static HttpClient WithTheSameIdentity(Caller caller)
    {
        var client = SuiteFixture.Suite.CreateClient();
        client.DefaultRequestHeaders.Authorization = caller.Http.DefaultRequestHeaders.Authorization;
        return client;
    }

    /// <summary>Tells when the last byte of the body was handed to the network.</summary>
    private sealed class SignallingContent : HttpContent
    {
        private readonly HttpContent inner;
        private readonly TaskCompletionSource sent = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public SignallingContent(HttpContent inner)
        {
            this.inner = inner;
            foreach (var (name, values) in inner.Headers)
                Headers.TryAddWithoutValidation(name, values);
        }

        public Task Sent => sent.Task;

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            await inner.CopyToAsync(stream, context);
            await stream.FlushAsync();
            sent.TrySetResult();
        }

        protected override bool TryComputeLength(out long length)
        {
            length = inner.Headers.ContentLength ?? 0;
            return inner.Headers.ContentLength is not null;
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing)
                inner.Dispose();
            base.Dispose(disposing);
        }
    }
}
