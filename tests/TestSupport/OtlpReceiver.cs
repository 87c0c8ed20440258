using System.Collections.Concurrent;
using System.Text;
using Google.Protobuf;
using InferenceSuite.AppHost;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace TestSupport;

/// <summary>One span as it came over OTLP. Ids are lower-case hex; the parent's is empty at the root.</summary>
public sealed record ReceivedSpan(string Service, string Name, string TraceId, string SpanId, string ParentSpanId);

/// <summary>A collector for tests: takes OTLP over HTTP (<c>http/protobuf</c>) and keeps the spans.</summary>
public sealed class OtlpReceiver : IAsyncDisposable
{
    private readonly ConcurrentQueue<ReceivedSpan> spans = new();
    private readonly WebApplication app;

    private OtlpReceiver(WebApplication app, Uri endpoint) => (this.app, Endpoint) = (app, endpoint);

    public Uri Endpoint { get; }

    public IReadOnlyCollection<ReceivedSpan> Spans => spans;

    public static async Task<OtlpReceiver> StartNewAsync()
    {
        var endpoint = new Uri($"http://127.0.0.1:{Ports.PickFree()}");
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls(endpoint.ToString());
        var app = builder.Build();
        var receiver = new OtlpReceiver(app, endpoint);
        app.MapPost("/v1/traces", async (HttpRequest request) =>
        {
            using var body = new MemoryStream();
            await request.Body.CopyToAsync(body);
            receiver.Read(body.ToArray());
            return Results.Bytes([], "application/x-protobuf");
        });
        app.MapPost("/v1/{signal}", () => Results.Bytes([], "application/x-protobuf"));
        await app.StartAsync();
        return receiver;
    }

    public ValueTask DisposeAsync() => app.DisposeAsync();

    // Field numbers: opentelemetry/proto/collector/trace/v1/trace_service.proto and trace/v1/trace.proto.
    private void Read(byte[] export)
    {
        foreach (var resourceSpans in Fields(export, 1))
        {
            var service = Fields(resourceSpans, 1).SelectMany(resource => Fields(resource, 1)).Select(Attribute)
                .FirstOrDefault(attribute => attribute.Key == "service.name").Value ?? "";
            foreach (var span in Fields(resourceSpans, 2).SelectMany(scope => Fields(scope, 2)))
            {
                spans.Enqueue(new ReceivedSpan(
                    service, Encoding.UTF8.GetString(Fields(span, 5).First()),
                    Hex(Fields(span, 1)), Hex(Fields(span, 2)), Hex(Fields(span, 4))));
            }
        }
    }

    private static (string Key, string? Value) Attribute(byte[] attribute) => (
        Encoding.UTF8.GetString(Fields(attribute, 1).First()),
        Fields(attribute, 2).SelectMany(value => Fields(value, 1)).Select(Encoding.UTF8.GetString).FirstOrDefault());

    private static string Hex(IEnumerable<byte[]> field) => Convert.ToHexStringLower(field.FirstOrDefault() ?? []);

    /// <summary>The length-delimited fields of a protobuf message that have this number.</summary>
    private static List<byte[]> Fields(byte[] message, int number)
    {
        var found = new List<byte[]>();
        using var input = new CodedInputStream(message);
        while (input.ReadTag() is var tag and not 0)
        {
            if (WireFormat.GetTagFieldNumber(tag) == number && WireFormat.GetTagWireType(tag) == WireFormat.WireType.LengthDelimited)
                found.Add(input.ReadBytes().ToByteArray());
            else
                input.SkipLastField();
        }
        return found;
    }
}
