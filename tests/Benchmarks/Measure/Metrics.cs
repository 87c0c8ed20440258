using System.Text;
using Google.Protobuf;

namespace Benchmarks.Measure;

/// <summary>One series of one service, as it was exported last. Counters and histogram sums are cumulative.</summary>
public readonly record struct Series(string Service, string Instance, string Metric, string Attributes);

/// <summary>Reads an OTLP metrics export, by field number of opentelemetry/proto/metrics/v1/metrics.proto.</summary>
internal static class Metrics
{
    public static IEnumerable<(Series Series, double Value)> Read(byte[] export)
    {
        foreach (var resourceMetrics in Fields(export, 1))
        {
            var resource = Fields(resourceMetrics, 1).SelectMany(resource => Fields(resource, 1)).Select(Attribute).ToDictionary();
            var service = resource.GetValueOrDefault("service.name", "");
            var instance = resource.GetValueOrDefault("service.instance.id", "");
            foreach (var metric in Fields(resourceMetrics, 2).SelectMany(scope => Fields(scope, 2)))
            {
                var name = Encoding.UTF8.GetString(Fields(metric, 1).First());
                foreach (var point in Fields(metric, 7).SelectMany(sum => Fields(sum, 1)))
                    yield return (new Series(service, instance, name, Attributes(point, 7)), Number(point, asDouble: 4, asInteger: 6));
                foreach (var point in Fields(metric, 9).SelectMany(histogram => Fields(histogram, 1)))
                    yield return (new Series(service, instance, name, Attributes(point, 9)), Number(point, asDouble: 5, asInteger: null));
            }
        }
    }

    private static string Attributes(byte[] point, int field) =>
        string.Join(',', Fields(point, field).Select(Attribute).OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => $"{pair.Key}={pair.Value}"));

    private static KeyValuePair<string, string> Attribute(byte[] attribute) => new(
        Encoding.UTF8.GetString(Fields(attribute, 1).First()),
        Fields(attribute, 2).SelectMany(value => Fields(value, 1)).Select(Encoding.UTF8.GetString).FirstOrDefault() ?? "");

    private static double Number(byte[] point, int asDouble, int? asInteger)
    {
        using var input = new CodedInputStream(point);
        while (input.ReadTag() is var tag and not 0)
        {
            var number = WireFormat.GetTagFieldNumber(tag);
            if (number == asDouble && WireFormat.GetTagWireType(tag) == WireFormat.WireType.Fixed64)
                return input.ReadDouble();
            if (number == asInteger && WireFormat.GetTagWireType(tag) == WireFormat.WireType.Fixed64)
                return input.ReadSFixed64();
            input.SkipLastField();
        }
        return 0;
    }

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
