using System.ComponentModel.DataAnnotations;

namespace AuthService.Requests;

/// <summary>Configured as <c>RequestLog</c>.</summary>
public sealed class RequestLogOptions
{
    /// <summary>How long requests are kept. What keys were used for is kept on.</summary>
    [Range(typeof(TimeSpan), "00:01:00", "3650.00:00:00")]
    public TimeSpan Retention { get; set; } = TimeSpan.FromDays(30);
}
