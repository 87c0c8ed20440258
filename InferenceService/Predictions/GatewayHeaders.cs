using System.Globalization;

namespace InferenceService.Predictions;

/// <summary>What the gateway and this service tell each other about a request, beside the token that it came with.</summary>
public static class GatewayHeaders
{
    private const string ClientAddressName = "X-Client-Address";
    private const string ItemCountName = "X-Item-Count";
    private const int MaxAddress = 64;

    /// <summary>
    /// The caller's address in the form that may be kept: it is stored with predictions and goes into no event. The gateway drops what callers
    /// send by that name, and every route that reads it has checked a token before.
    /// </summary>
    public static string? ClientAddress(this HttpRequest request)
    {
        var text = request.Headers[ClientAddressName].ToString();
        return text.Length is > 0 and <= MaxAddress && !text.AsSpan().ContainsAnyExceptInRange(' ', '~') ? text : null;
    }

    /// <summary>Says how many items were predicted, for the gateway's request log.</summary>
    public static void CountItems(this HttpResponse response, int items) => response.Headers[ItemCountName] = items.ToString(CultureInfo.InvariantCulture);
}
